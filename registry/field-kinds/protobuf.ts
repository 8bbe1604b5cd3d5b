import { isWellKnown } from "../protobuf/event-plan.js";
import {
  fieldsOf,
  isEnum,
  isMessage,
  type ProtoField,
  type ProtoMessage,
  type ProtoSet,
} from "../protobuf/model.js";
import { plain, type Shape, scalar, time, unknownShape } from "./field-kind.js";

/** Of the file's first message, which events are of. */
export function protobufShape(set: ProtoSet): Shape {
  const [root] = set.file.messages;
  return root === undefined ? unknownShape : messageShape(set, root);
}

function messageShape(set: ProtoSet, message: ProtoMessage): Shape {
  const members = function* (): Iterable<readonly [string, Shape]> {
    for (const field of fieldsOf(set, message)) {
      const shape = fieldShape(set, field);
      if (field.extendee !== undefined) {
        yield [`[${field.fullName}]`, shape];
        continue;
      }
      yield [field.jsonName, shape];
      // Events may bring a field by its own name as well.
      if (field.name !== field.jsonName) yield [field.name, shape];
    }
  };
  return { kind: undefined, members };
}

function fieldShape(set: ProtoSet, { type, isRepeated, mapKey }: ProtoField): Shape {
  if (isRepeated || mapKey !== undefined) return unknownShape;
  if (isMessage(type)) return isWellKnown(type) ? wellKnownShape(type) : messageShape(set, type);
  if (isEnum(type)) return type.name === "google.protobuf.NullValue" ? unknownShape : scalar(plain.text);
  return scalar(scalarKind(type));
}

function scalarKind(type: string) {
  if (type === "bool") return plain.boolean;
  if (type === "string" || type === "bytes") return plain.text;
  return type === "float" || type === "double" ? plain.number : plain.integer;
}

/** Messages with a JSON form of their own. */
function wellKnownShape({ name }: ProtoMessage): Shape {
  const short = name.slice("google.protobuf.".length);
  if (short === "Timestamp") return scalar(time("text"));
  if (short === "Duration" || short === "FieldMask") return scalar(plain.text);
  if (!short.endsWith("Value") || short === "Value" || short === "ListValue") return unknownShape;
  return scalar(scalarKind(short.slice(0, -"Value".length).toLowerCase()));
}
