// What a message needs to be read quickly, worked out once.
import { fieldsOf, isEnum, isMessage, type ProtoField, type ProtoMessage, type ProtoSet } from "./model.js";
import type { ScalarType } from "./syntax.js";

/** Thrown where an event does not follow its schema. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly rule: string;
  readonly path: string;

  constructor(rule: string, message: string, path = "") {
    super(message);
    this.rule = rule;
    this.path = path;
  }
}

/** Messages of these names have a JSON form of their own. */
const wellKnown: ReadonlySet<string> = new Set(
  [
    "Any",
    "Timestamp",
    "Duration",
    "FieldMask",
    "Struct",
    "Value",
    "ListValue",
    "DoubleValue",
    "FloatValue",
    "Int64Value",
    "UInt64Value",
    "Int32Value",
    "UInt32Value",
    "BoolValue",
    "StringValue",
    "BytesValue",
  ].map((name) => `google.protobuf.${name}`),
);

/** A schema may declare messages of those names itself; they are messages like others. */
export const isWellKnown = ({ name, file }: ProtoMessage): boolean =>
  wellKnown.has(name) && file.name.startsWith("google/protobuf/");

export interface FieldPlan {
  readonly field: ProtoField;
  /** Its place among the fields of the message. */
  readonly slot: number;
  /** The name in JSON; of an extension in brackets. */
  readonly name: string;
  /** Such as `"amount":`. */
  readonly key: string;
  readonly isMap: boolean;
  readonly isRequired: boolean;
  /** What stands for it where it is not sent: a field without presence has its zero; undefined: nothing. */
  readonly zero: unknown;
  /** Its oneof's place among those of the message; -1: it is in none. */
  readonly oneof: number;
}

export interface MessagePlan {
  readonly message: ProtoMessage;
  readonly fields: readonly FieldPlan[];
  readonly byNumber: ReadonlyMap<number, FieldPlan>;
  readonly byName: ReadonlyMap<string, FieldPlan>;
  /** Required, or with a zero: what has to be looked at where it was not sent. */
  readonly expected: readonly FieldPlan[];
}

const zeroOf = (type: ScalarType): unknown => {
  if (type === "string" || type === "bytes") return "";
  return type === "bool" ? false : 0;
};

const plannedZero = (field: ProtoField): unknown => {
  const { type, features, isRepeated, mapKey, oneof, extendee } = field;
  if (features.presence !== "implicit" || isRepeated || mapKey !== undefined) return undefined;
  if (oneof !== undefined || extendee !== undefined || isMessage(type)) return undefined;
  if (!isEnum(type)) return zeroOf(type);
  // The one value of NullValue is null in JSON.
  return type.name === "google.protobuf.NullValue" ? undefined : type.nameOf.get(0);
};

export class Plans {
  readonly set: ProtoSet;
  readonly #plans = new Map<ProtoMessage, MessagePlan>();

  constructor(set: ProtoSet) {
    this.set = set;
  }

  of(message: ProtoMessage): MessagePlan {
    const known = this.#plans.get(message);
    if (known !== undefined) return known;
    const made = planOf(this.set, message);
    this.#plans.set(message, made);
    return made;
  }
}

function planOf(set: ProtoSet, message: ProtoMessage): MessagePlan {
  const all = fieldsOf(set, message);
  const oneofs = new Map(message.oneofs.map((one, index) => [one, index]));
  const fields = all.map((field, slot): FieldPlan => {
    const name = field.extendee === undefined ? field.jsonName : `[${field.fullName}]`;
    return {
      field,
      slot,
      name,
      key: `${JSON.stringify(name)}:`,
      isMap: field.mapKey !== undefined,
      isRequired: field.features.presence === "required",
      zero: plannedZero(field),
      oneof: field.oneof === undefined ? -1 : (oneofs.get(field.oneof) ?? -1),
    };
  });
  const byName = new Map<string, FieldPlan>();
  for (const plan of fields) {
    if (plan.field.extendee === undefined && !byName.has(plan.field.name)) byName.set(plan.field.name, plan);
  }
  // A JSON name wins over another field's own name.
  for (const plan of fields) byName.set(plan.name, plan);
  return {
    message,
    fields,
    byNumber: new Map(fields.map((plan) => [plan.field.number, plan])),
    byName,
    expected: fields.filter(({ isRequired, zero }) => isRequired || zero !== undefined),
  };
}
