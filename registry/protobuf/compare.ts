// Whether messages that one schema wrote can be read with another: a walk over both descriptors, by field numbers, as
// the wire has them. The rules are Confluent's; docs/registry.md lists them with what of them is a convention.
import type { Budget } from "../rules/budget.js";
import type { Problem } from "../rules/language.js";
import {
  fieldOf,
  fieldsOf,
  isEnum,
  isMessage,
  type ProtoField,
  type ProtoMessage,
  type ProtoSet,
} from "./model.js";

/** How messages get from an event to the pair at hand. */
export interface Route {
  readonly root: ProtoMessage;
  readonly steps: readonly ProtoField[];
}

/** What an event has to hold to show a problem. */
export type Evidence =
  /** Nothing can show it: no event is read differently. */
  | { readonly kind: "none" }
  /** Any event of the message. */
  | { readonly kind: "message"; readonly route: Route }
  /** The fields, all of them set in the message at the route's end. */
  | { readonly kind: "fields"; readonly route: Route; readonly fields: readonly ProtoField[] };

export interface Found {
  readonly problem: Problem;
  readonly evidence: Evidence;
  /** The place in terms of both schemas: the message's name within its package, and a field's number. */
  readonly key: string;
}

interface Pair {
  readonly writer: ProtoMessage;
  readonly reader: ProtoMessage;
  readonly route: Route;
}

/** More would only repeat what is said. */
const foundMax = 200;

/** The name without the package, where the message stands in the schema itself. */
export const localName = (
  set: ProtoSet,
  { name, file }: Pick<ProtoMessage, "name" | "file">,
): string | undefined => {
  if (file !== set.file) return undefined;
  const { package: around } = file.node;
  return around === "" ? name : name.slice(around.length + 1);
};

const within = (set: ProtoSet, local: string): string =>
  set.file.node.package === "" ? local : `${set.file.node.package}.${local}`;

/** The message that stands for one in the other schema: of a schema's own messages by their name in the package. */
export const counterpart = (
  from: ProtoSet,
  message: ProtoMessage,
  to: ProtoSet,
): ProtoMessage | undefined => {
  const local = localName(from, message);
  const moved = local === undefined ? undefined : to.messages.get(within(to, local));
  return moved ?? to.messages.get(message.name);
};

type ScalarGroup = "number" | "signed" | "bits32" | "bits64" | "float" | "double" | "text";

const groups: Readonly<Record<string, ScalarGroup>> = {
  int32: "number",
  int64: "number",
  uint32: "number",
  uint64: "number",
  bool: "number",
  sint32: "signed",
  sint64: "signed",
  fixed32: "bits32",
  sfixed32: "bits32",
  fixed64: "bits64",
  sfixed64: "bits64",
  float: "float",
  double: "double",
  string: "text",
  bytes: "text",
};

const groupOf = (type: Exclude<ProtoField["type"], ProtoMessage>): ScalarGroup =>
  typeof type === "string" ? (groups[type] ?? "number") : "number";

export const typeText = ({ type, mapKey }: ProtoField): string => {
  const name = typeof type === "string" ? type : type.name;
  return mapKey === undefined ? name : `map<${mapKey}, ${name}>`;
};

export class Comparison {
  readonly found: Found[] = [];
  readonly #writer: ProtoSet;
  readonly #reader: ProtoSet;
  readonly #budget: Budget;
  readonly #seen = new Map<ProtoMessage, Set<ProtoMessage>>();
  readonly #queue: Pair[] = [];
  readonly #names = new Map<ProtoMessage, ReadonlySet<string>>();

  constructor({ writer, reader, budget }: { writer: ProtoSet; reader: ProtoSet; budget: Budget }) {
    this.#writer = writer;
    this.#reader = reader;
    this.#budget = budget;
  }

  /** @throws OutOfSteps; what was found until then stays in `found` */
  run(): void {
    this.#package();
    for (const message of this.#writer.file.messages) this.#declared(message);
    // The queue grows meanwhile.
    for (const pair of this.#queue) this.#pair(pair);
  }

  #add(rule: string, at: { path: string; key: string; evidence: Evidence }, message: string): void {
    if (this.found.length >= foundMax) return;
    const { path, key, evidence } = at;
    const convention =
      evidence.kind === "none" ? " No event is read differently by this: it is a convention." : "";
    const problem: Problem = {
      rule: `PROTOBUF_${rule}`,
      outcome: "incompatible",
      path,
      message: message + convention,
    };
    this.found.push({ problem, evidence, key });
  }

  #package(): void {
    const [writer, reader] = [this.#writer.file.node.package, this.#reader.file.node.package];
    if (writer === reader) return;
    this.#add(
      "PACKAGE_CHANGED",
      { path: reader === "" ? writer : reader, key: "package", evidence: { kind: "none" } },
      `The package is ${shownPackage(reader)} here and ${shownPackage(writer)} in the other schema: ` +
        "keep it, or take a new subject.",
    );
  }

  #declared(message: ProtoMessage): void {
    this.#budget.spend();
    const reader = counterpart(this.#writer, message, this.#reader);
    const route = { root: message, steps: [] };
    if (reader === undefined) {
      this.#add(
        "MESSAGE_REMOVED",
        {
          path: message.name,
          key: localName(this.#writer, message) ?? message.name,
          evidence: { kind: "message", route },
        },
        `The message ${message.name} is missing here: events of it can't be read. Keep it, or rename it back.`,
      );
      return;
    }
    this.#enqueue({ writer: message, reader, route });
    for (const nested of message.messages) this.#declared(nested);
  }

  #oneofNames(message: ProtoMessage): ReadonlySet<string> {
    const known = this.#names.get(message);
    if (known !== undefined) return known;
    const names = new Set(message.oneofs.map(({ name }) => name));
    this.#names.set(message, names);
    return names;
  }

  #enqueue(pair: Pair): void {
    const readers = this.#seen.get(pair.writer) ?? new Set<ProtoMessage>();
    this.#seen.set(pair.writer, readers);
    if (readers.has(pair.reader)) return;
    readers.add(pair.reader);
    this.#queue.push(pair);
  }

  #pair(pair: Pair): void {
    const { writer, reader, route } = pair;
    for (const field of fieldsOf(this.#writer, writer)) {
      this.#budget.spend();
      const other = fieldOf(this.#reader, reader, field.number);
      if (other === undefined) this.#removed(pair, field);
      else this.#field(pair, field, other);
    }
    for (const field of fieldsOf(this.#reader, reader)) {
      this.#budget.spend();
      if (field.features.presence !== "required" || fieldOf(this.#writer, writer, field.number)) continue;
      this.#add(
        "REQUIRED_FIELD_ADDED",
        { ...this.#at(pair, field), evidence: { kind: "message", route } },
        `The required field ${field.name} is not in the other schema, whose events don't have it: make it optional.`,
      );
    }
    this.#oneofs(pair);
  }

  #at({ writer, reader }: Pair, field: ProtoField): { path: string; key: string } {
    const name = field.extendee === undefined ? `${reader.name}.${field.name}` : field.fullName;
    return { path: name, key: `${localName(this.#writer, writer) ?? writer.name}#${field.number}` };
  }

  #removed(pair: Pair, field: ProtoField): void {
    const { reader, route } = pair;
    if (field.features.presence === "required") {
      this.#add(
        "REQUIRED_FIELD_REMOVED",
        { ...this.#at(pair, field), evidence: { kind: "none" } },
        `The required field ${field.name} is missing here: keep it, or make it optional in a version of its own first.`,
      );
      return;
    }
    const isKept = field.oneof !== undefined && this.#oneofNames(reader).has(field.oneof.name);
    if (!isKept) return;
    this.#add(
      "ONEOF_FIELD_REMOVED",
      { ...this.#at(pair, field), evidence: { kind: "fields", route, fields: [field] } },
      `The field ${field.name} is missing from the oneof ${field.oneof?.name}, ` +
        "which comes out unset where it was sent: keep the field.",
    );
  }

  #field(pair: Pair, writer: ProtoField, reader: ProtoField): void {
    const { route } = pair;
    const place = {
      ...this.#at(pair, reader),
      evidence: { kind: "fields", route, fields: [writer] } as const,
    };
    const became = `was ${typeText(writer)} and is ${typeText(reader)} here`;
    const advice = `keep the type, or take a new number for ${typeText(reader)}`;
    const isMap = writer.mapKey !== undefined;
    if (isMap !== (reader.mapKey !== undefined) || isMessage(writer.type) !== isMessage(reader.type)) {
      this.#add("FIELD_KIND_CHANGED", place, `The field ${reader.name} ${became}: ${advice}.`);
      return;
    }
    const keysDiffer = isMap && groupOf(writer.mapKey ?? "string") !== groupOf(reader.mapKey ?? "string");
    if (keysDiffer || !this.#sameScalars(writer, reader))
      this.#add(
        "FIELD_SCALAR_KIND_CHANGED",
        place,
        `The field ${reader.name} ${became}, which is encoded in another way: ${advice}.`,
      );
    else if (isMessage(writer.type) && isMessage(reader.type)) this.#messages(pair, writer, reader);
    if (
      !isMap &&
      writer.isRepeated !== reader.isRepeated &&
      !isMessage(reader.type) &&
      groupOf(reader.type) !== "text"
    ) {
      const label = reader.isRepeated ? "repeated here and was single" : "single here and was repeated";
      this.#add(
        "FIELD_NUMERIC_LABEL_CHANGED",
        place,
        `The field ${reader.name} is ${label}: keep the label, or take a new number.`,
      );
    }
    if (reader.features.presence === "required" && writer.features.presence !== "required") {
      this.#add(
        "FIELD_MADE_REQUIRED",
        { ...place, evidence: { kind: "message", route } },
        `The field ${reader.name} is required here, and events of the other schema may not have it: make it optional.`,
      );
    }
  }

  #sameScalars(writer: ProtoField, reader: ProtoField): boolean {
    if (isMessage(writer.type) || isMessage(reader.type)) return true;
    return groupOf(writer.type) === groupOf(reader.type);
  }

  #messages(pair: Pair, writer: ProtoField, reader: ProtoField): void {
    const [from, to] = [writer.type as ProtoMessage, reader.type as ProtoMessage];
    const route = { root: pair.route.root, steps: [...pair.route.steps, writer] };
    const place = {
      ...this.#at(pair, reader),
      evidence: { kind: "fields", route: pair.route, fields: [writer] } as const,
    };
    if (writer.features.isDelimited !== reader.features.isDelimited) {
      this.#add(
        "FIELD_ENCODING_CHANGED",
        place,
        `The field ${reader.name} is encoded as a group on one side only: keep its encoding.`,
      );
      return;
    }
    const isSame =
      from.name === to.name ||
      (localName(this.#writer, from) !== undefined &&
        localName(this.#writer, from) === localName(this.#reader, to));
    if (isSame) {
      this.#enqueue({ writer: from, reader: to, route });
      return;
    }
    const evidence = this.#differs(from, to) ? place.evidence : ({ kind: "none" } as const);
    this.#add(
      "FIELD_MESSAGE_CHANGED",
      { ...place, evidence },
      `The field ${reader.name} was ${from.name} and is ${to.name} here: ` +
        "keep the message's name, or take a new number.",
    );
  }

  /** Whether messages of different names have fields that are not the same. */
  #differs(from: ProtoMessage, to: ProtoMessage): boolean {
    return fieldsOf(this.#writer, from).some((field) => {
      this.#budget.spend();
      const other = fieldOf(this.#reader, to, field.number);
      return (
        other === undefined || typeText(other) !== typeText(field) || other.isRepeated !== field.isRepeated
      );
    });
  }

  /** Fields that could be sent together must not meet in one oneof, which keeps only the last of them. */
  #oneofs(pair: Pair): void {
    const { writer, reader, route } = pair;
    for (const oneof of reader.oneofs) {
      const bySlot = new Map<string, ProtoField>();
      for (const { number } of oneof.fields) {
        this.#budget.spend();
        const before = fieldOf(this.#writer, writer, number);
        if (before !== undefined) bySlot.set(before.oneof?.name ?? `#${number}`, before);
      }
      if (bySlot.size < 2) continue;
      const isOld = this.#oneofNames(writer).has(oneof.name);
      const names = [...bySlot.values()].map(({ name }) => name).join(", ");
      const evidence = { kind: "fields", route, fields: [...bySlot.values()] } as const;
      const key = `${localName(this.#writer, writer) ?? writer.name}#${oneof.name}`;
      this.#add(
        isOld ? "FIELD_MOVED_TO_EXISTING_ONEOF" : "FIELDS_MOVED_TO_ONEOF",
        { path: `${reader.name}.${oneof.name}`, key, evidence },
        `The fields ${names} could be sent together and are in the oneof ${oneof.name} here, ` +
          "which keeps the last one only: move at most one field into a new oneof.",
      );
    }
  }
}

const shownPackage = (name: string): string => (name === "" ? "none" : name);

export const isEnumField = ({ type }: ProtoField): boolean => isEnum(type);
