// No compiler of Swift is at hand. The printed functions that write events are a small part of the language: each line
// is looked at here with its types, against the declarations in the same file and the runtime's own.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../../platform/root.js";
import { hardEvents } from "./hard-events.js";
import { printClient } from "./print-client.js";
import { readModels } from "./read-models.js";

interface Method {
  readonly parameters: readonly string[];
  readonly throws: boolean;
}

/** Members of the types of a file, by the type's full name; cases of enums by their name behind a dot. */
type Types = Map<string, Map<string, string>>;

const runtimeFile = (name: string): string =>
  readFileSync(join(repoRoot, "clients/swift/Sources/TidelineClient", name), "utf8");

/** The public methods of a writer. */
function methodsOf(name: string): Map<string, Method> {
  const found = runtimeFile(name).matchAll(/public mutating func (\w+)\(([^)]*)\)( throws)?/g);
  return new Map(
    [...found].map(([, method = "", parameters = "", throws]) => [
      method,
      {
        parameters:
          parameters === "" ? [] : parameters.split(", ").map((one) => one.slice(one.indexOf(": ") + 2)),
        throws: throws !== undefined,
      },
    ]),
  );
}

const writers: Readonly<Record<string, ReadonlyMap<string, Method>>> = {
  AvroWriter: methodsOf("AvroWriter.swift"),
  JSONWriter: methodsOf("JSONWriter.swift"),
};

const foundation = [
  "Bool",
  "Int",
  "Int32",
  "Int64",
  "UInt32",
  "UInt64",
  "Float",
  "Double",
  "String",
  "Data",
  "Date",
];
const known = new Set([...foundation, "Decimal", "UUID"]);
for (const [, name = ""] of runtimeFile("Values.swift").matchAll(
  /^public (?:indirect )?(?:struct|enum) (\w+)/gm,
))
  known.add(name);

/** The types that a file declares: the event's own, and those within it. */
function typesOf(text: string): Types {
  const types: Types = new Map();
  const outer: string[] = [];
  for (const line of text.slice(0, text.indexOf("/// The properties as they travel")).split("\n")) {
    const depth = (line.length - line.trimStart().length) / 2;
    const declared = /^ *public (?:indirect enum|enum|struct|final class) (\w+)(?:: (\w+))?/.exec(line);
    if (declared !== null) {
      outer[depth] = declared[1] ?? "";
      const raw = declared[2] === "Sendable" ? [] : ([["rawValue", declared[2] ?? ""]] as const);
      types.set(outer.slice(0, depth + 1).join("."), new Map(raw));
      continue;
    }
    const members = types.get(outer.slice(0, depth).join("."));
    const property = /^ *public let ([^:]+): (.+)$/.exec(line);
    if (property !== null) members?.set(property[1] ?? "", property[2] ?? "");
    const choice = /^ *case ([^(]+)\((.+)\)$/.exec(line);
    if (choice !== null) members?.set(`.${choice[1]}`, choice[2] ?? "");
  }
  return types;
}

class Checker {
  readonly problems: string[] = [];
  readonly #root: string;
  readonly #types: Types;
  readonly #writable: ReadonlySet<string>;
  #variables = new Map<string, string>();

  constructor(text: string) {
    this.#types = typesOf(text);
    this.#root = [...this.#types.keys()][0] ?? "";
    const functions = text.matchAll(/^private func write\(_ w: inout \w+, _ v: ([\w.]+)\) throws \{$/gm);
    this.#writable = new Set([...functions].map(([, type = ""]) => type));
    for (const members of this.#types.values()) for (const type of members.values()) this.#requireType(type);
    for (const [all, writer = "", type = "", body = ""] of text.matchAll(
      /^private func write\(_ w: inout (\w+), _ v: ([\w.]+)\) throws \{\n([\s\S]*?)^\}$/gm,
    )) {
      if (!this.#types.has(type)) this.problems.push(`${all.split("\n")[0]}: there is no type ${type}`);
      this.#variables = new Map([["v", type]]);
      for (const line of body.trimEnd().split("\n")) this.#line(line.trim(), writers[writer] ?? new Map());
      this.#requireCases(type, body);
    }
  }

  /** A type as it is named from outside of the event's own. */
  #named(type: string): string {
    return this.#types.has(`${this.#root}.${type}`) ? `${this.#root}.${type}` : type;
  }

  #requireType(type: string): void {
    for (const name of type.match(/\w+/g) ?? []) {
      if (!known.has(name) && !this.#types.has(this.#named(name)))
        this.problems.push(`there is no type ${name}`);
    }
  }

  /** A switch has a branch for every case. */
  #requireCases(type: string, body: string): void {
    const cases = [...(this.#types.get(type)?.keys() ?? [])].filter((name) => name.startsWith("."));
    for (const one of cases) {
      if (!body.includes(`case ${one}(let value):`)) this.problems.push(`${type}: ${one} is not written`);
    }
  }

  #typeOf(expression: string): string {
    if (/^-?\d+$/.test(expression)) return "Int";
    if (/^"(?:[^"\\]|\\.)*"$/.test(expression) || /^String\(\w+\)$/.test(expression)) return "String";
    const [variable = "", ...members] = expression.split(".");
    let type = this.#variables.get(variable) ?? `unknown ${variable}`;
    for (const member of members) {
      const own = this.#types.get(this.#named(type))?.get(member);
      type = own ?? (member === "count" && type.startsWith("[") ? "Int" : `unknown ${type}.${member}`);
    }
    return type;
  }

  #line(line: string, methods: ReadonlyMap<string, Method>): void {
    if (/^(\}|\} else \{|switch v \{|)$/.test(line)) return;
    const fail = (why: string): void => void this.problems.push(`${line}: ${why}`);
    const [, some, optional = ""] = /^if let (\w+) = (\S+) \{$/.exec(line) ?? [];
    if (some !== undefined) {
      const type = this.#typeOf(optional);
      if (!type.endsWith("?")) fail(`${type} is no optional`);
      this.#variables.set(some, type.slice(0, -1));
      return;
    }
    const [, item = "", list] = /^for (\w+|\(\w+, \w+\)) in (\S+) \{$/.exec(line) ?? [];
    if (list !== undefined) {
      const [, key, value = ""] = /^\[(?:(\w+): )?(.+)\]$/.exec(this.#typeOf(list)) ?? [];
      const [first = "", second] = item.replace(/[()]/g, "").split(", ");
      if ((key === undefined) !== (second === undefined) || value === "") fail("is no such collection");
      this.#variables.set(first, key ?? value);
      if (second !== undefined) this.#variables.set(second, value);
      return;
    }
    const [, choice] = /^case (\.[^(]+)\(let value\):$/.exec(line) ?? [];
    if (choice !== undefined) {
      const payload = this.#types.get(this.#variables.get("v") ?? "")?.get(choice);
      if (payload === undefined) fail("there is no such case");
      this.#variables.set("value", payload ?? "");
      return;
    }
    this.#call(line, methods, fail);
  }

  #call(line: string, methods: ReadonlyMap<string, Method>, fail: (why: string) => void): void {
    const [, written] = /^try write\(&w, (\S+)\)$/.exec(line) ?? [];
    if (written !== undefined) {
      const type = this.#named(this.#typeOf(written));
      if (!this.#writable.has(type)) fail(`nothing writes ${type}`);
      return;
    }
    const [, tries, name = "", given = ""] = /^(try )?w\.(\w+)\((.*)\)$/.exec(line) ?? [];
    const method = methods.get(name);
    if (method === undefined) {
      fail("there is no such method");
      return;
    }
    if (method.throws !== (tries !== undefined)) fail("try and throws differ");
    const types = (given.match(/"(?:[^"\\]|\\.)*"|[^,\s]+/g) ?? []).map((one) => this.#typeOf(one));
    if (types.join() !== method.parameters.join())
      fail(`takes ${method.parameters.join()}, not ${types.join()}`);
  }
}

describe("printed Swift", () => {
  const files = printClient("swift", readModels(hardEvents).events).filter(
    ({ path }) => path !== "Tracker.swift",
  );

  it("has the types that its own declarations and the runtime's methods ask for", () => {
    for (const { path, text } of files) expect(new Checker(text).problems, path).to.deep.equal([]);
  });

  it("is looked at so that a mistake is found", () => {
    const text = files.find(({ path }) => path === "OrderPlaced.swift")?.text ?? "";
    const problems = (from: string, to: string): string[] => {
      expect(text).to.include(from);
      return new Checker(text.replace(from, to)).problems;
    };
    expect(problems("w.text(value0)", "w.txt(value0)")).to.deep.equal([
      "w.txt(value0): there is no such method",
    ]);
    expect(problems("w.text(value0)", "w.bool(value0)")).to.deep.equal([
      "w.bool(value0): takes Bool, not String",
    ]);
    expect(problems("try w.elapsed(value0)", "w.elapsed(value0)")).to.deep.equal([
      "w.elapsed(value0): try and throws differ",
    ]);
    expect(problems("if let value0 = v.coupon", "if let value0 = v.coupn")[0]).to.include("is no optional");
    expect(problems("public let coupon: String?", "public let coupon: Strin?")).to.include(
      "there is no type Strin",
    );
    expect(problems("case .card(let value):", "case .cart(let value):")).to.include(
      "case .cart(let value):: there is no such case",
    );
    expect(problems("public let coupon: String?", "public let coupon: Int32?")).to.deep.equal([
      "w.text(value0): takes String, not Int32",
    ]);
  });
});
