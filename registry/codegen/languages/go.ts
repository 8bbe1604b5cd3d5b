import { Encoder, type Present, type Statements } from "../encode.js";
import { eventHeader, generatedLine } from "../header.js";
import { indented, lineComment, literal, literalRules } from "../literals.js";
import {
  type Api,
  type EnumType,
  type EventModel,
  type Field,
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
import { cased, type Names, type NamingRules, nameEvents, typesOfEvent } from "../names.js";
import { deprecationLine, plainLine, remarkLines } from "../remarks.js";
import type { PrintOptions } from "./print-options.js";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

// All names begin in upper case, so that no keyword is among them.
const naming: NamingRules = {
  types: "pascal",
  fields: "pascal",
  methods: "pascal",
  symbols: "pascal",
  files: "snake",
  nestsTypes: false,
  branches: { as: "types" },
  symbolsBesideTypes: true,
  reservedTypes: words("Tracker NewTracker"),
  reservedMembers: new Set(),
  reservedMethods: new Set(),
  reservedFiles: new Set(),
};

const types: Readonly<Record<Api, string>> = {
  boolean: "bool",
  int: "int32",
  uint: "uint32",
  long: "int64",
  ulong: "uint64",
  float: "float32",
  double: "float64",
  string: "string",
  bytes: "[]byte",
  decimal: "tideline.Decimal",
  uuid: "string",
  date: "tideline.Date",
  timeOfDay: "time.Duration",
  instant: "time.Time",
  localDateTime: "time.Time",
  duration: "tideline.Duration",
  elapsed: "time.Duration",
  json: "any",
};

const text = (value: string): string => literal(value, literalRules.go);
const deep = (lines: readonly string[]): string[] => indented(lines, "\t");

const comment = (remarks: Remarks): string[] => {
  const deprecation = deprecationLine(remarks);
  const lines = remarkLines(remarks);
  const isBoth = deprecation !== undefined && lines.length > 0;
  return lineComment("//", [
    ...lines,
    ...(isBoth ? [""] : []),
    ...(deprecation === undefined ? [] : [`Deprecated: ${deprecation}`]),
  ]);
};

/** Declarations in a row with their types below one another, as gofmt has them; a comment begins another row. */
const aligned = (lines: readonly string[]): string[] => {
  const isComment = (line: string): boolean => line.startsWith("//");
  const nameOf = (line: string): string => line.slice(0, line.indexOf(" "));
  return lines.map((line, index) => {
    if (isComment(line)) return line;
    let [first, last] = [index, index];
    while (first > 0 && !isComment(lines[first - 1] ?? "//")) first--;
    while (last + 1 < lines.length && !isComment(lines[last + 1] ?? "//")) last++;
    const width = Math.max(...lines.slice(first, last + 1).map((one) => nameOf(one).length));
    return nameOf(line).padEnd(width) + line.slice(line.indexOf(" "));
  });
};

/** A function that does nothing: gofmt has long ones on two lines. */
const emptyFunction = (head: string): string[] =>
  [...head].length < 100 ? [`${head} {}`] : [`${head} {`, "}"];

/** Types whose zero value says that there is none: they need no pointer. */
const hasNil = (type: ValueType): boolean => {
  if (type.kind === "array" || type.kind === "map") return true;
  if (type.kind === "named") return type.type.kind === "union";
  return type.kind === "scalar" && (type.api === "bytes" || type.api === "json");
};

/** Types one of whose values is the zero value: only a pointer tells it from what was forgotten. */
const hidesZero = (type: ValueType): boolean => {
  if (type.kind === "named") return type.type.kind === "record";
  return type.kind === "scalar" && !/^(bytes|json|uuid|date|instant|localDateTime|decimal)$/.test(type.api);
};

const isPointer = (field: Field): boolean => {
  const type = statedType(field);
  if (!mayBeNull(field)) return hidesZero(type);
  // What means the same as its zero when it is left out needs no pointer.
  return field.leftOut?.kind !== "zero" && !hasNil(type);
};

/** Whether a value that has to be stated was not; undefined where nil says that there is nothing in it. */
const isForgotten = (value: string, type: ValueType): string | undefined => {
  if (hidesZero(type)) return `${value} == nil`;
  if (type.kind === "named") return type.type.kind === "enum" ? `${value} == ""` : `${value} == nil`;
  if (type.kind !== "scalar" || type.api === "bytes" || type.api === "json") return undefined;
  if (type.api === "uuid") return `${value} == ""`;
  return /^(date|decimal)$/.test(type.api) ? `${value} == (${types[type.api]}{})` : `${value}.IsZero()`;
};

/** Whether a value is another than the zero of its type. */
const notZero = (value: string, type: ValueType): string => {
  if (type.kind === "named") return `${value} != ""`;
  const api = type.kind === "scalar" ? type.api : undefined;
  if (api === "boolean") return value;
  if (api === "bytes") return `len(${value}) != 0`;
  return api === "string" ? `${value} != ""` : `${value} != 0`;
};

/** Prints one event's file. */
class EventPrinter implements Statements {
  readonly #model: EventModel;
  readonly #names: Names;
  readonly #encoder: Encoder;
  /** Of the record that is being printed. */
  #recordName = "";

  constructor(model: EventModel, names: Names) {
    this.#model = model;
    this.#names = names;
    this.#encoder = new Encoder(model.format, this);
  }

  file(packageName: string): string {
    const name = this.#names.typeOf(this.#model.root);
    const body = typesOfEvent(this.#model).flatMap((type) => ["", ...this.#declaration(type)]);
    const usesTime = /\btime\./.test(body.filter((line) => !line.trimStart().startsWith("//")).join("\n"));
    return [
      ...lineComment("//", eventHeader(this.#model)),
      "",
      `package ${packageName}`,
      "",
      "import (",
      ...deep(usesTime ? [text("time"), ""] : []),
      `\ttideline ${text("tideline.dev/clients/go")}`,
      ")",
      ...body,
      "",
      `// encode${name} gives the properties as they travel.`,
      `func encode${name}(v *${name}) ([]byte, error) {`,
      `\tw := &${this.#writer()}{}`,
      `\twrite${name}(w, v)`,
      "\treturn w.Bytes()",
      "}",
      "",
    ].join("\n");
  }

  #writer(): string {
    return `tideline.${this.#model.format === "avro" ? "AvroWriter" : "JSONWriter"}`;
  }

  #declaration(type: NamedType): string[] {
    if (type.kind === "record") return this.#record(type);
    return type.kind === "enum" ? this.#enum(type) : this.#union(type);
  }

  #writeFunction(type: NamedType, body: readonly string[]): string[] {
    const name = this.#names.typeOf(type);
    const by = type.kind === "record" ? "*" : "";
    return ["", `func write${name}(w *${this.#writer()}, v ${by}${name}) {`, ...deep(body), "}"];
  }

  #record(record: RecordType): string[] {
    this.#recordName = this.#names.typeOf(record);
    const fields = statedFields(record).flatMap((field) => {
      const type = this.type(statedType(field));
      const by = isPointer(field) ? "*" : "";
      const { facts } = field.remarks;
      const isHidden = by !== "" && !mayBeNull(field);
      const remarks = isHidden ? { ...field.remarks, facts: [...facts, "Has to be stated."] } : field.remarks;
      return [...comment(remarks), `${this.#names.fieldOf(field)} ${by}${type}`];
    });
    return [
      ...comment(record.remarks),
      `type ${this.#names.typeOf(record)} struct {`,
      ...deep(aligned(fields)),
      "}",
      ...this.#writeFunction(record, this.#encoder.record(record)),
    ];
  }

  #enum(type: EnumType): string[] {
    const name = this.#names.typeOf(type);
    const constants = this.#names.symbolsOf(type);
    // Of JSON the text, so that 1, 1.0 and true stay apart. The zero value is no symbol: what was forgotten is found.
    const values = type.symbols.map((symbol) =>
      text(this.#model.format === "avro" ? String(symbol) : JSON.stringify(symbol)),
    );
    const write = (index: number): string =>
      this.#model.format === "avro" ? this.#encoder.index(index) : this.call("raw", ["string(v)"]);
    return [
      ...comment(type.remarks),
      `type ${name} string`,
      "",
      "const (",
      ...deep(aligned(constants.map((constant, index) => `${constant} ${name} = ${values[index]}`))),
      ")",
      ...this.#writeFunction(type, [
        "switch v {",
        ...constants.flatMap((constant, index) => [`case ${constant}:`, `\t${write(index)}`]),
        "default:",
        `\tw.Fail("%q is no ${name}", string(v))`,
        "}",
      ]),
    ];
  }

  #union(type: UnionType): string[] {
    const name = this.#names.typeOf(type);
    const branches = type.branches.map((branch) => ({ branch, own: this.#names.branchOf(branch) }));
    const marker = `is${name}`;
    return [
      `// ${name} is one of ${branches.map(({ own }) => own).join(", ")}.`,
      `type ${name} interface{ ${marker}() }`,
      ...branches.flatMap(({ branch, own }) => [
        "",
        `// ${own} is a ${name}.`,
        `type ${own} struct{ Value ${this.type(branch.type)} }`,
        "",
        ...emptyFunction(`func (${own}) ${marker}()`),
      ]),
      ...this.#writeFunction(type, [
        "switch v := v.(type) {",
        ...branches.flatMap(({ branch, own }) => [
          `case ${own}:`,
          ...deep(this.#encoder.unionBranch(branch, "v.Value")),
        ]),
        "default:",
        `\tw.Fail("%T is no ${name}", v)`,
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
        return `[]${this.type(type.items)}`;
      case "map":
        return `map[${type.keys === undefined ? "string" : types[type.keys]}]${this.type(type.values)}`;
      case "nullable":
        return `${hasNil(type.value) ? "" : "*"}${this.type(type.value)}`;
    }
  }

  call(method: string, args: readonly string[]): string {
    return `w.${method === "json" ? "JSON" : cased(method, "pascal")}(${args.join(", ")})`;
  }

  text = text;

  number(value: number): string {
    return String(value);
  }

  size(value: string): string {
    return `len(${value})`;
  }

  named(value: string, type: NamedType): string {
    const reference = value.startsWith("*") ? value.slice(1) : `&${value}`;
    return `write${this.#names.typeOf(type)}(w, ${type.kind === "record" ? reference : value})`;
  }

  ifThere(
    { value, type, isZero }: Present,
    then: (value: string) => string[],
    otherwise: readonly string[],
  ): string[] {
    if (isZero === true) return [`if ${notZero(value, type)} {`, ...deep(then(value)), "}"];
    const lines = [`if ${value} != nil {`, ...deep(then(hasNil(type) ? value : `*${value}`))];
    return otherwise.length === 0 ? [...lines, "}"] : [...lines, "} else {", ...deep(otherwise), "}"];
  }

  required(field: Field, then: (value: string) => string[]): string[] {
    const value = this.member(field);
    const forgotten = isForgotten(value, field.type);
    if (forgotten === undefined) return then(value);
    const said = text(`${this.#recordName}.${this.#names.fieldOf(field)} has to be stated`);
    return [
      `if ${forgotten} {`,
      `\tw.Fail(${said})`,
      "} else {",
      ...deep(then(hidesZero(field.type) ? `*${value}` : value)),
      "}",
    ];
  }

  each({ value, depth }: { value: string; depth: number }, body: (item: string) => string[]): string[] {
    // By index: a variable of the loop has no address that stays.
    return [`for i${depth} := range ${value} {`, ...deep(body(`${value}[i${depth}]`)), "}"];
  }

  eachEntry(
    { value, depth }: { value: string; depth: number },
    body: (key: string, member: string) => string[],
  ): string[] {
    const [key, member] = [`key${depth}`, `member${depth}`];
    return [`for ${key}, ${member} := range ${value} {`, ...deep(body(key, member)), "}"];
  }

  keyText(key: string): string {
    return `tideline.KeyText(${key})`;
  }

  member(field: Field): string {
    return `v.${this.#names.fieldOf(field)}`;
  }
}

/** The files of a Go client, one package: one for each event, and the tracker. */
export function printGo(models: readonly EventModel[], { packageName }: PrintOptions): PrintedFile[] {
  const names = nameEvents(models, naming);
  const entryOf = (model: EventModel) => names.events.get(model) ?? { method: "", file: "" };
  const files = models.map((model) => ({
    // Go gives a meaning to names that end in _test or a system's name.
    path: `${entryOf(model).file}_event.go`,
    text: new EventPrinter(model, names).file(packageName),
  }));
  const methods = models.flatMap((model) => {
    const root = names.typeOf(model.root);
    const { method } = entryOf(model);
    const remarks = comment(model.root.remarks);
    const track =
      model.format === "avro"
        ? `TrackAvro(${text(model.subject)}, ${model.schemaId}, properties, options)`
        : `TrackJSON(${text(model.subject)}, properties, options)`;
    return [
      "",
      `// ${method} sends ${plainLine(model.subject)}.`,
      ...(remarks.length === 0 ? [] : ["//", ...remarks]),
      `func (t *Tracker) ${method}(v ${root}, options *tideline.EventOptions) (*tideline.Receipt, error) {`,
      `\tproperties, err := encode${root}(&v)`,
      "\tif err != nil {",
      "\t\treturn nil, err",
      "\t}",
      `\treturn t.client.${track}`,
      "}",
    ];
  });
  const tracker = [
    ...lineComment("//", [generatedLine]),
    "",
    `package ${packageName}`,
    "",
    `import tideline ${text("tideline.dev/clients/go")}`,
    "",
    "// Tracker sends the project's events, each with its own type.",
    "type Tracker struct{ client *tideline.Client }",
    "",
    "// NewTracker makes a tracker that sends by a client.",
    "func NewTracker(client *tideline.Client) *Tracker { return &Tracker{client: client} }",
    ...methods,
    "",
  ];
  return [...files, { path: "tracker.go", text: tracker.join("\n") }];
}
