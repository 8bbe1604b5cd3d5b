import { Encoder, type Present, type Statements } from "../encode.js";
import { eventHeader, generatedLine } from "../header.js";
import { blockComment, indented, lineComment, literal, literalRules } from "../literals.js";
import {
  type Api,
  type EnumType,
  type EventModel,
  type Field,
  type MapKey,
  mayBeNull,
  type NamedType,
  type PrintedFile,
  type RecordType,
  type Remarks,
  statedFields,
  statedType,
  type UnionType,
  type ValueType,
} from "../model.js";
import { type Names, type NamingRules, nameEvents, typesOfEvent } from "../names.js";
import { deprecationLine, plainLine, remarkLines } from "../remarks.js";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const naming: NamingRules = {
  types: "pascal",
  fields: "camel",
  methods: "camel",
  symbols: "screaming",
  files: "snake",
  nestsTypes: false,
  branches: { as: "members", style: "camel", reserved: new Set() },
  symbolsBesideTypes: false,
  reservedTypes: words(
    `Tracker AvroWriter JsonWriter TidelineClient EventOptions Verdict JsonValue DecimalText DateText TimeText
    DateTimeText DurationText
    AvroDuration Uint8Array Date Promise ReadonlyArray Readonly Record Object Array String Number
    Boolean Symbol Error Map Set Function`,
  ),
  reservedMembers: new Set(),
  reservedMethods: words("constructor prototype toString valueOf hasOwnProperty then"),
  reservedFiles: new Set(),
};

const types: Readonly<Record<Api, string>> = {
  boolean: "boolean",
  int: "number",
  uint: "number",
  long: "number | bigint",
  ulong: "number | bigint",
  float: "number",
  double: "number",
  string: "string",
  bytes: "Uint8Array",
  decimal: "DecimalText",
  uuid: "string",
  date: "DateText",
  timeOfDay: "TimeText",
  instant: "Date",
  localDateTime: "DateTimeText",
  duration: "AvroDuration",
  elapsed: "DurationText",
  json: "JsonValue",
};

/** Names of the runtime that types are made of. */
const imported = /\b(DecimalText|DateText|TimeText|DateTimeText|DurationText|AvroDuration|JsonValue)\b/g;

/** Names of properties are texts; the compiler looks at the texts of whole numbers, as far as it can. */
const keyType = (keys: MapKey | undefined): string =>
  keys === undefined || keys === "boolean" ? "string" : `\`\${bigint}\``;

const text = (value: string): string => literal(value, literalRules.typescript);

const comment = (remarks: Remarks): string[] => {
  const deprecation = deprecationLine(remarks);
  return blockComment([
    ...remarkLines(remarks),
    ...(deprecation === undefined ? [] : [`@deprecated ${deprecation}`]),
  ]);
};

/** Prints one event's file. */
class EventPrinter implements Statements {
  readonly #model: EventModel;
  readonly #names: Names;
  readonly #encoder: Encoder;
  /** Of the items of tuples. */
  readonly #places = new Map<Field, number>();

  constructor(model: EventModel, names: Names) {
    this.#model = model;
    this.#names = names;
    this.#encoder = new Encoder(model.format, this);
  }

  file(): string {
    const body = typesOfEvent(this.#model).flatMap((type) => ["", ...this.#declaration(type)]);
    const writer = this.#writer();
    const root = this.#names.typeOf(this.#model.root);
    const result = this.#model.format === "avro" ? "Uint8Array" : "string";
    const entry = [
      "",
      `/** The properties as they travel. @throws RangeError, TypeError for a value that the schema can't hold */`,
      `export function encode${root}(v: ${root}): ${result} {`,
      `  const w = new ${writer}();`,
      `  write${root}(w, v);`,
      "  return w.output();",
      "}",
    ];
    const used = new Set(body.join("\n").match(imported) ?? []);
    const imports = [writer, ...[...used].sort().map((name) => `type ${name}`)];
    return [
      ...lineComment("//", eventHeader(this.#model)),
      `import { ${imports.join(", ")} } from "@tideline/client";`,
      ...body,
      ...entry,
      "",
    ].join("\n");
  }

  #writer(): string {
    return this.#model.format === "avro" ? "AvroWriter" : "JsonWriter";
  }

  #declaration(type: NamedType): string[] {
    if (type.kind === "record") return this.#record(type);
    return type.kind === "enum" ? this.#enum(type) : this.#union(type);
  }

  #writeFunction(type: NamedType, body: readonly string[]): string[] {
    const name = this.#names.typeOf(type);
    const isUsed = body.some((line) => /\bv\b/.test(line));
    const value = isUsed ? "v" : "_v";
    return [
      "",
      `function write${name}(w: ${this.#writer()}, ${value}: ${name}): void {`,
      ...indented(body),
      "}",
    ];
  }

  #record(record: RecordType): string[] {
    if (record.isTuple === true) return this.#tuple(record);
    const fields = statedFields(record).flatMap((field) => {
      const type = this.type(statedType(field));
      const isNullable = mayBeNull(field);
      const mark = field.isRequired ? "" : "?";
      const name = this.#property(field.wire);
      return [
        ...comment(field.remarks),
        `readonly ${name}${mark}: ${type}${isNullable ? " | null" : ""}${field.isRequired ? "" : " | undefined"};`,
      ];
    });
    const body = this.#encoder.record(record);
    return [
      ...comment(record.remarks),
      `export interface ${this.#names.typeOf(record)} {`,
      ...indented(fields),
      "}",
      ...this.#writeFunction(record, body.length === 0 ? ["void w;"] : body),
    ];
  }

  #tuple(record: RecordType): string[] {
    const items = statedFields(record).flatMap((field, index) => {
      this.#places.set(field, index);
      const { type } = field;
      const own = this.#names.fieldOf(field);
      const item =
        field.isRest === true && type.kind === "array"
          ? `...${own}: ${this.#wrapped(type.items)}[],`
          : `${own}: ${this.type(type)},`;
      return [...comment(field.remarks), item];
    });
    return [
      ...comment(record.remarks),
      `export type ${this.#names.typeOf(record)} = readonly [`,
      ...indented(items),
      "];",
      ...this.#writeFunction(record, this.#encoder.record(record)),
    ];
  }

  /** A name as it is on the wire: any text names a property. */
  #property(wire: string): string {
    return /^[A-Za-z_$][\w$]*$/.test(wire) ? wire : text(wire);
  }

  #enum(type: EnumType): string[] {
    const name = this.#names.typeOf(type);
    const symbols = type.symbols.map((symbol) =>
      typeof symbol === "string" ? text(symbol) : String(symbol),
    );
    const declared = [...comment(type.remarks), `export type ${name} = ${symbols.join(" | ")};`];
    if (this.#model.format === "json") return [...declared, ...this.#writeFunction(type, ["w.json(v);"])];
    return [
      ...declared,
      "",
      `const index${name}: ReadonlyMap<string, number> = new Map([`,
      ...type.symbols.map((symbol, index) => `  [${text(String(symbol))}, ${index}],`),
      "]);",
      ...this.#writeFunction(type, [`w.symbol(v, index${name});`]),
    ];
  }

  #union(type: UnionType): string[] {
    const branches = type.branches.map((branch) => ({ branch, kind: text(this.#names.branchOf(branch)) }));
    const cases = branches.flatMap(({ branch, kind }) => [
      `case ${kind}: {`,
      ...indented(this.#encoder.unionBranch(branch, "v.value")),
      "  break;",
      "}",
    ]);
    return [
      ...comment(type.remarks),
      `export type ${this.#names.typeOf(type)} =`,
      ...branches.map(({ branch, kind }, index) => {
        const end = index === branches.length - 1 ? ";" : "";
        return `  | { readonly kind: ${kind}; readonly value: ${this.type(branch.type)} }${end}`;
      }),
      ...this.#writeFunction(type, [
        "switch (v.kind) {",
        ...indented(cases),
        "  default:",
        // The compiler narrows no type that is not a union.
        branches.length === 1 ? "    w.noBranch(v as never);" : "    w.noBranch(v);",
        "}",
      ]),
    ];
  }

  type(type: ValueType): string {
    switch (type.kind) {
      case "scalar":
        return types[type.api];
      case "named":
        return this.#names.typeOf(type.type);
      case "array":
        return `readonly ${this.#wrapped(type.items)}[]`;
      case "map":
        return `Readonly<Record<${keyType(type.keys)}, ${this.type(type.values)}>>`;
      case "nullable":
        return `${this.type(type.value)} | null`;
    }
  }

  #wrapped(type: ValueType): string {
    const inner = this.type(type);
    return /^\w+$/.test(inner) ? inner : `(${inner})`;
  }

  call(method: string, args: readonly string[]): string {
    return `w.${method}(${args.join(", ")});`;
  }

  text = text;

  number(value: number): string {
    return String(value);
  }

  size(value: string, type: ValueType): string {
    return type.kind === "map" ? `Object.keys(${value}).length` : `${value}.length`;
  }

  named(value: string, type: NamedType): string {
    return `write${this.#names.typeOf(type)}(w, ${value});`;
  }

  ifThere(
    { value, restAfter }: Present,
    then: (value: string) => string[],
    otherwise: readonly string[],
  ): string[] {
    if (restAfter !== undefined) return [`const [${", ".repeat(restAfter)}...${value}] = v;`, ...then(value)];
    const lines = [`if (${value} !== undefined && ${value} !== null) {`, ...indented(then(value))];
    return otherwise.length === 0 ? [...lines, "}"] : [...lines, "} else {", ...indented(otherwise), "}"];
  }

  each({ value, depth }: { value: string; depth: number }, body: (item: string) => string[]): string[] {
    const item = `item${depth}`;
    return [`for (const ${item} of ${value}) {`, ...indented(body(item)), "}"];
  }

  eachEntry(
    { value, depth }: { value: string; depth: number },
    body: (key: string, member: string) => string[],
  ): string[] {
    const [key, member] = [`key${depth}`, `member${depth}`];
    return [
      `for (const [${key}, ${member}] of Object.entries(${value})) {`,
      ...indented(body(key, member)),
      "}",
    ];
  }

  keyText(key: string): string {
    return key;
  }

  member(field: Field): string {
    const place = this.#places.get(field);
    if (place !== undefined) return field.isRest === true ? "rest" : `v[${place}]`;
    const { wire } = field;
    return /^[A-Za-z_$][\w$]*$/.test(wire) ? `v.${wire}` : `v[${text(wire)}]`;
  }
}

/** The files of a TypeScript client: one for each event, and the tracker. */
export function printTypescript(models: readonly EventModel[]): PrintedFile[] {
  const names = nameEvents(models, naming);
  const entryOf = (model: EventModel) => names.events.get(model) ?? { method: "", file: "" };
  const files = models.map((model) => ({
    path: `${entryOf(model).file}.ts`,
    text: new EventPrinter(model, names).file(),
  }));
  const imports = models.map((model) => {
    const root = names.typeOf(model.root);
    return `import { encode${root}, type ${root} } from "./${entryOf(model).file}.js";`;
  });
  const methods = models.flatMap((model) => {
    const root = names.typeOf(model.root);
    const isEmpty = !statedFields(model.root).some(({ isRequired }) => isRequired);
    const event =
      model.format === "avro"
        ? `this.#client.trackAvro(${text(model.subject)}, ${model.schemaId}, encode${root}(properties), options)`
        : `this.#client.trackJson(${text(model.subject)}, encode${root}(properties), options)`;
    const remarks = comment(model.root.remarks);
    return [
      "",
      ...(remarks.length > 0 ? remarks : blockComment([`Sends ${plainLine(model.subject)}.`])),
      `${entryOf(model).method}(`,
      `  properties: ${root}${isEmpty ? " = {}" : ""},`,
      "  options?: EventOptions,",
      "): Promise<Verdict> {",
      `  return ${event};`,
      "}",
    ];
  });
  const tracker = [
    ...lineComment("//", [generatedLine]),
    'import type { EventOptions, TidelineClient, Verdict } from "@tideline/client";',
    ...imports,
    "",
    "/** Sends the project's events, each with its own type. */",
    "export class Tracker {",
    "  readonly #client: TidelineClient;",
    "",
    "  constructor(client: TidelineClient) {",
    "    this.#client = client;",
    "  }",
    ...indented(methods),
    "}",
    "",
  ];
  return [...files, { path: "tracker.ts", text: tracker.join("\n") }];
}
