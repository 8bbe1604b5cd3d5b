// The fields that options of a Protobuf schema say are personal: a tag such as "PII" of (confluent.field_meta), its
// parameter "pii", or any custom option whose name ends in "pii", with true or a class that is not "none"; and those
// that tags beside the schema name.
import { everything, type FieldPath, type PersonalField, personalField } from "../personal.js";
import { anyClass, classOfTags } from "../personal-class.js";
import { fieldsOf, isMessage, type ProtoField, type ProtoMessage, type ProtoSet } from "./model.js";
import type { OptionNode, OptionValue } from "./syntax.js";

/** Messages may contain themselves: no way is followed further than properties may be nested. */
const DEPTH_MAX = 32;
const STEPS_MAX = 20_000;
/** A message within itself is followed so often; beyond that it is personal as a whole. */
const RECURSIONS_MAX = 3;

const anyName = "google.protobuf.Any";

/** The messages of a set that have something personal in them; what may hold any message has, where one has. */
const withPersonal = (set: ProtoSet): ReadonlySet<ProtoMessage> => {
  const users = new Map<ProtoMessage, ProtoMessage[]>();
  const found = new Set<ProtoMessage>();
  for (const message of set.messages.values()) {
    for (const field of fieldsOf(set, message)) {
      if (personalClass(set, field) !== "") found.add(message);
      if (!isMessage(field.type)) continue;
      const known = users.get(field.type);
      if (known === undefined) users.set(field.type, [message]);
      else known.push(message);
    }
  }
  const any = set.messages.get(anyName) ?? [...users.keys()].find(({ name }) => name === anyName);
  if (found.size > 0 && any !== undefined) found.add(any);
  // Grows while it is walked.
  for (const message of found) for (const user of users.get(message) ?? []) found.add(user);
  return found;
};

class Walk {
  readonly fields: PersonalField[] = [];
  readonly #set: ProtoSet;
  readonly #personal: ReadonlySet<ProtoMessage>;
  #steps = 0;

  constructor(set: ProtoSet) {
    this.#set = set;
    this.#personal = withPersonal(set);
  }

  /** False where there are more ways than can be followed. */
  visit(message: ProtoMessage, way: Way): boolean {
    if (!this.#personal.has(message)) return true;
    const times = way.outer.filter((one) => one === message).length;
    if (message.name === anyName || times >= RECURSIONS_MAX || way.path.length >= DEPTH_MAX) {
      this.fields.push(personalField(way.path, anyClass, way.otherNames));
      return true;
    }
    const outer = [...way.outer, message];
    return fieldsOf(this.#set, message).every((field) => {
      if (++this.#steps > STEPS_MAX) return false;
      const here = { ...throughField(way, field), outer };
      const its = personalClass(this.#set, field);
      if (its === "") return !isMessage(field.type) || this.visit(field.type, throughMany(here, field));
      this.fields.push(personalField(here.path, its, here.otherNames));
      return true;
    });
  }
}

interface Way {
  readonly path: FieldPath;
  readonly otherNames: readonly (readonly string[])[];
  readonly outer: readonly ProtoMessage[];
}

const throughField = (way: Way, { name, fullName, jsonName, extendee }: ProtoField): Way => {
  const stored = extendee === undefined ? jsonName : `[${fullName}]`;
  const others = extendee === undefined && name !== jsonName ? [name] : [];
  return { ...way, path: [...way.path, stored], otherNames: [...way.otherNames, others] };
};

const throughMany = (way: Way, { isRepeated, mapKey }: ProtoField): Way =>
  isRepeated || mapKey !== undefined
    ? { ...way, path: [...way.path, "*"], otherNames: [...way.otherNames, []] }
    : way;

const marked = new WeakMap<ProtoSet, boolean>();

/** Whether any message of a set has something personal in it. */
export function isPersonalAnywhere(set: ProtoSet): boolean {
  const known = marked.get(set) ?? withPersonal(set).size > 0;
  marked.set(set, known);
  return known;
}

/** The personal fields of a set's message, by the names that properties have. */
export function personalInProtobuf(set: ProtoSet, root: ProtoMessage): readonly PersonalField[] {
  const walk = new Walk(set);
  return walk.visit(root, { path: [], otherNames: [], outer: [] }) ? walk.fields : everything;
}

/** The class of personal data that a field's options say, or a tag beside the schema; empty where none does. */
export function personalClass({ tags }: Pick<ProtoSet, "tags">, { node, fullName }: ProtoField): string {
  for (const option of node.options) {
    const found = classOfOption(option);
    if (found !== "") return found;
  }
  return tags?.classOf(fullName) ?? "";
}

const classOf = (value: OptionValue | undefined): string => {
  if (value?.kind === "name") return value.text === "true" ? anyClass : "";
  if (value?.kind !== "string") return "";
  const text = Buffer.from(value.bytes, "latin1").toString();
  return text === "none" ? "" : text;
};

/** The texts of an option's value. */
const textsIn = (value: OptionValue): string[] => {
  if (value.kind === "list") return value.items.flatMap(textsIn);
  return value.kind === "string" ? [Buffer.from(value.bytes, "latin1").toString()] : [];
};

function classOfOption({ name, value }: OptionNode): string {
  if (/(^|[.(])pii\)?$/.test(name)) return classOf(value);
  const [meta, part] = /^\(\.?confluent\.field_meta\)(?:\.(\w+))?$/.exec(name) ?? [];
  if (meta === undefined) return "";
  const members =
    part !== undefined ? [{ name: part, value }] : value.kind === "message" ? value.members : [];
  const params = members.filter((one) => one.name === "params").map((one) => parameterClass(one.value));
  const tags = members.filter((one) => one.name === "tags").flatMap((one) => textsIn(one.value));
  return params.find((one) => one !== "") ?? classOfTags(tags);
}

/** The class in a parameter "pii". */
function parameterClass(value: OptionValue): string {
  if (value.kind === "list") return value.items.map(parameterClass).find((one) => one !== "") ?? "";
  if (value.kind !== "message") return "";
  const member = (wanted: string): OptionValue | undefined =>
    value.members.find(({ name }) => name === wanted)?.value;
  const key = member("key");
  return key?.kind === "string" && key.bytes === "pii" ? classOf(member("value")) : "";
}
