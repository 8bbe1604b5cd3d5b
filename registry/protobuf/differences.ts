// What changed between two files, whether or not it breaks a reader.
import type { Budget } from "../rules/budget.js";
import { OutOfSteps } from "../rules/budget.js";
import type { Difference } from "../rules/language.js";
import { Comparison, counterpart, localName, typeText } from "./compare.js";
import type { ProtoEnum, ProtoField, ProtoMessage, ProtoSet } from "./model.js";

/** One line of a diff, before it is known what it breaks. */
interface Change {
  readonly change: string;
  readonly path: string;
  readonly message: string;
  readonly key: string;
}

/** The keys of what breaks when `writer`'s events are read with `reader`. */
function broken(
  writer: ProtoSet,
  reader: ProtoSet,
  budget: Budget,
): { keys: Map<string, string>; isWhole: boolean } {
  const comparison = new Comparison({ writer, reader, budget });
  let isWhole = true;
  try {
    comparison.run();
  } catch (error) {
    if (!(error instanceof OutOfSteps)) throw error;
    isWhole = false;
  }
  return { keys: new Map(comparison.found.map(({ key, problem }) => [key, problem.message])), isWhole };
}

export function differences(older: ProtoSet, newer: ProtoSet, budget: Budget): readonly Difference[] {
  const backward = broken(older, newer, budget);
  const forward = broken(newer, older, budget);
  const walk = new Walk(older, newer);
  walk.files();
  const known = new Set(walk.changes.map(({ key }) => key));
  const unknown = [...new Set([...backward.keys.keys(), ...forward.keys.keys()])].filter(
    (key) => !known.has(key),
  );
  const others = unknown.map((key): Change => {
    const message = backward.keys.get(key) ?? forward.keys.get(key) ?? "";
    return { change: "MEANING_CHANGED", path: key.replace("#", "."), message, key };
  });
  // Where the comparison did not end, nothing is said to be harmless.
  return [...walk.changes, ...others].map(({ key, ...rest }) => ({
    ...rest,
    breaksBackward: backward.keys.has(key) || !backward.isWhole,
    breaksForward: forward.keys.has(key) || !forward.isWhole,
  }));
}

class Walk {
  readonly changes: Change[] = [];
  readonly #older: ProtoSet;
  readonly #newer: ProtoSet;

  constructor(older: ProtoSet, newer: ProtoSet) {
    this.#older = older;
    this.#newer = newer;
  }

  #add(change: string, { path, key }: { path: string; key: string }, message: string): void {
    this.changes.push({ change, path, key, message });
  }

  files(): void {
    const [older, newer] = [this.#older.file.node, this.#newer.file.node];
    const syntaxes = [older.syntax ?? "proto2", newer.syntax ?? "proto2"];
    if (syntaxes[0] !== syntaxes[1])
      this.#add(
        "SYNTAX_CHANGED",
        { path: "", key: "syntax" },
        `The syntax was ${syntaxes[0]} and is ${syntaxes[1]}.`,
      );
    if (older.package !== newer.package) {
      const said = `The package was ${older.package || "none"} and is ${newer.package || "none"}.`;
      this.#add("PACKAGE_CHANGED", { path: newer.package || older.package, key: "package" }, said);
    }
    this.#messages(this.#older.file.messages, this.#newer.file.messages);
    this.#enums(this.#older.file.enums, this.#newer.file.enums);
    this.#named("SERVICE", older.services, newer.services);
    const methods = (all: typeof older.services): { name: string }[] =>
      all.flatMap((service) => service.methods.map(({ name }) => ({ name: `${service.name}.${name}` })));
    this.#named("METHOD", methods(older.services), methods(newer.services));
  }

  #named(what: string, older: readonly { name: string }[], newer: readonly { name: string }[]): void {
    const [before, after] = [older, newer].map((all) => new Set(all.map(({ name }) => name)));
    const said = what.toLowerCase();
    for (const { name } of newer)
      if (!before?.has(name))
        this.#add(`${what}_ADDED`, { path: name, key: `${what}:${name}` }, `The ${said} ${name} is new.`);
    for (const { name } of older)
      if (!after?.has(name))
        this.#add(`${what}_REMOVED`, { path: name, key: `${what}:${name}` }, `The ${said} ${name} is gone.`);
  }

  #messages(older: readonly ProtoMessage[], newer: readonly ProtoMessage[]): void {
    for (const message of older) {
      const now = counterpart(this.#older, message, this.#newer);
      const key = localName(this.#older, message) ?? message.name;
      if (now === undefined)
        this.#add("MESSAGE_REMOVED", { path: message.name, key }, `The message ${message.name} is gone.`);
      else this.#message(message, now);
    }
    for (const message of newer) {
      if (counterpart(this.#newer, message, this.#older) !== undefined) continue;
      const key = localName(this.#newer, message) ?? message.name;
      this.#add("MESSAGE_ADDED", { path: message.name, key }, `The message ${message.name} is new.`);
    }
  }

  #message(older: ProtoMessage, newer: ProtoMessage): void {
    const key = (part: string | number): string => `${localName(this.#older, older) ?? older.name}#${part}`;
    for (const field of older.fields) {
      const now = newer.byNumber.get(field.number);
      const place = { path: `${older.name}.${field.name}`, key: key(field.number) };
      if (now === undefined)
        this.#add("FIELD_REMOVED", place, `The field ${field.name} (${field.number}) is gone.`);
      else this.#field(field, now, { path: `${newer.name}.${now.name}`, key: key(field.number) });
    }
    for (const field of newer.fields) {
      if (older.byNumber.has(field.number)) continue;
      const place = { path: `${newer.name}.${field.name}`, key: key(field.number) };
      this.#add("FIELD_ADDED", place, `The field ${field.name} (${field.number}) is new.`);
    }
    this.#oneofs(older, newer);
    this.#messages(older.messages, newer.messages);
    this.#enums(older.enums, newer.enums);
  }

  #field(older: ProtoField, newer: ProtoField, place: { path: string; key: string }): void {
    const changed = (change: string, before: string, after: string): void => {
      if (before === after) return;
      this.#add(change, place, `The field ${newer.name} (${newer.number}) was ${before} and is ${after}.`);
    };
    changed("FIELD_RENAMED", `called ${older.name}`, `called ${newer.name}`);
    if (older.name === newer.name)
      changed("FIELD_JSON_NAME_CHANGED", `${older.jsonName} in JSON`, `${newer.jsonName} in JSON`);
    changed("FIELD_TYPE_CHANGED", typeText(older), typeText(newer));
    changed("FIELD_LABEL_CHANGED", labelText(older), labelText(newer));
    const oneofText = ({ oneof }: ProtoField): string =>
      oneof === undefined ? "in no oneof" : `in the oneof ${oneof.name}`;
    changed("FIELD_ONEOF_CHANGED", oneofText(older), oneofText(newer));
    changed("FIELD_DEPRECATION_CHANGED", deprecation(older), deprecation(newer));
  }

  #oneofs(older: ProtoMessage, newer: ProtoMessage): void {
    const names = (message: ProtoMessage): Set<string> => new Set(message.oneofs.map(({ name }) => name));
    const [before, after] = [names(older), names(newer)];
    const key = (name: string): string => `${localName(this.#older, older) ?? older.name}#${name}`;
    for (const name of after) {
      if (before.has(name)) continue;
      this.#add(
        "ONEOF_ADDED",
        { path: `${newer.name}.${name}`, key: key(name) },
        `The oneof ${name} is new.`,
      );
    }
    for (const name of before) {
      if (after.has(name)) continue;
      this.#add(
        "ONEOF_REMOVED",
        { path: `${older.name}.${name}`, key: key(name) },
        `The oneof ${name} is gone.`,
      );
    }
  }

  #enums(older: readonly ProtoEnum[], newer: readonly ProtoEnum[]): void {
    const short = ({ name }: ProtoEnum): string => name.slice(name.lastIndexOf(".") + 1);
    const byName = new Map(newer.map((one) => [short(one), one]));
    for (const one of older) {
      const now = byName.get(short(one));
      if (now === undefined)
        this.#add(
          "ENUM_REMOVED",
          { path: one.name, key: `enum:${one.name}` },
          `The enum ${one.name} is gone.`,
        );
      else this.#values(one, now);
      byName.delete(short(one));
    }
    for (const one of byName.values())
      this.#add("ENUM_ADDED", { path: one.name, key: `enum:${one.name}` }, `The enum ${one.name} is new.`);
  }

  #values(older: ProtoEnum, newer: ProtoEnum): void {
    const place = (of: ProtoEnum, name: string): { path: string; key: string } => ({
      path: `${of.name}.${name}`,
      key: `value:${of.name}.${name}`,
    });
    for (const [number, name] of older.nameOf) {
      const now = newer.nameOf.get(number);
      if (now === undefined)
        this.#add("ENUM_VALUE_REMOVED", place(older, name), `The value ${name} (${number}) is gone.`);
      else if (now !== name)
        this.#add("ENUM_VALUE_RENAMED", place(newer, now), `The value ${number} was ${name} and is ${now}.`);
    }
    for (const [number, name] of newer.nameOf) {
      if (!older.nameOf.has(number))
        this.#add("ENUM_VALUE_ADDED", place(newer, name), `The value ${name} (${number}) is new.`);
    }
  }
}

const labelText = ({ isRepeated, mapKey, features, oneof }: ProtoField): string => {
  if (isRepeated || mapKey !== undefined) return "repeated";
  if (features.presence === "required") return "required";
  return features.presence === "explicit" || oneof !== undefined ? "optional" : "without presence";
};

const deprecation = ({ node }: ProtoField): string =>
  node.options.some(
    ({ name, value }) => name === "deprecated" && value.kind === "name" && value.text === "true",
  )
    ? "deprecated"
    : "not deprecated";
