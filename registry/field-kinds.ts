// What a schema says of the values of each property: how a question about it has to read and compare them.

import type { AvroType } from "./avro/type.js";
import { avroShape } from "./field-kinds/avro.js";
import { type FieldKind, type FieldKinds, propertyPath, type Shape } from "./field-kinds/field-kind.js";
import { JsonShapes } from "./field-kinds/json-schema.js";
import { protobufShape } from "./field-kinds/protobuf.js";
import type { NamedSchema } from "./json-schema/schema-document.js";
import type { ProtoSet } from "./protobuf/model.js";

/** Objects within objects that are looked into. */
export const kindsDepthMax = 16;
/** Properties that have a kind, and those looked at, of one schema; the shallow ones come first. */
export const kindsMax = 2_000;
const stepsMax = 10_000;

/** The kinds of an Avro schema's properties. */
export const kindsOfAvro = (record: AvroType): FieldKinds => kindsOf(avroShape(record));

/** The kinds of a JSON Schema's properties, through what it combines and refers to. */
export const kindsOfJsonSchema = (schema: unknown, references: readonly NamedSchema[] = []): FieldKinds =>
  kindsOf(new JsonShapes(references).shape(schema));

/** The kinds of the properties of a Protobuf file's first message. */
export const kindsOfProtobuf = (set: ProtoSet): FieldKinds => kindsOf(protobufShape(set));

/** Level by level, so that what is nested without end leaves nothing out that lies above it. */
function kindsOf(root: Shape): FieldKinds {
  const kinds = new Map<string, FieldKind>();
  let level: [keys: readonly string[], shape: Shape][] = [[[], root]];
  let steps = 0;
  for (let depth = 0; depth < kindsDepthMax && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const [keys, shape] of level) {
      for (const [name, member] of shape.members()) {
        if (++steps > stepsMax || kinds.size >= kindsMax) return kinds;
        const here = [...keys, name];
        if (member.kind !== undefined) kinds.set(propertyPath(here), member.kind);
        else next.push([here, member]);
      }
    }
    level = next;
  }
  return kinds;
}
