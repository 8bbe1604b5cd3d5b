import { Encoder, type Statements } from "../encode.js";
import { eventHeader, generatedLine } from "../header.js";
import { indented, lineComment, literal, literalRules } from "../literals.js";
import {
  type Api,
  type EnumType,
  type EventModel,
  type Field,
  holdsItself,
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

const keywords = words(
  `actor as associatedtype async await break case catch class continue default defer deinit do else enum extension
  fallthrough false fileprivate for func guard if import in init inout internal is let nil open operator private
  precedencegroup protocol public repeat rethrows return self Self static struct subscript super switch throw throws
  true try typealias var where while Type Protocol any some w v`,
);

const naming: NamingRules = {
  types: "pascal",
  fields: "camel",
  methods: "camel",
  symbols: "camel",
  files: "pascal",
  nestsTypes: true,
  branches: { as: "members", style: "camel", reserved: keywords },
  symbolsBesideTypes: false,
  reservedTypes: words(
    `Tracker Self Type Protocol Any String Int Int32 Int64 UInt32 UInt64 Float Double Bool Data Date Decimal UUID Array
    Dictionary Set Optional Error Result Task Never Void Character Sendable JSONValue CalendarDate TimeOfDay
    LocalDateTime AvroDuration ElapsedTime AvroWriter JSONWriter EventOptions EventFault Receipt Verdict
    TidelineClient TidelineError ClientOptions`,
  ),
  reservedMembers: keywords,
  reservedMethods: keywords,
  reservedFiles: new Set(),
};

const types: Readonly<Record<Api, string>> = {
  boolean: "Bool",
  int: "Int32",
  uint: "UInt32",
  long: "Int64",
  ulong: "UInt64",
  float: "Float",
  double: "Double",
  string: "String",
  bytes: "Data",
  decimal: "Decimal",
  uuid: "UUID",
  date: "CalendarDate",
  timeOfDay: "TimeOfDay",
  instant: "Date",
  localDateTime: "LocalDateTime",
  duration: "AvroDuration",
  elapsed: "ElapsedTime",
  json: "JSONValue",
};

/** Methods of the runtime's writers that throw for values that a schema can't hold. */
const throwing = words(
  `float32 float64 fixed decimalBytes decimalFixed date timeMillis timeMicros timestampMillis timestampMicros
  timestampNanos timestamp elapsed localTimestampMillis localTimestampMicros localTimestampNanos json`,
);

const text = (value: string): string => literal(value, literalRules.swift);

const comment = (remarks: Remarks, more: readonly string[] = []): string[] => {
  const deprecation = deprecationLine(remarks);
  return [
    ...lineComment("///", [...remarkLines(remarks), ...more]),
    ...(deprecation === undefined ? [] : [`@available(*, deprecated, message: ${text(deprecation)})`]),
  ];
};

/** Prints one event's file; the types that it holds stand within its own. */
class EventPrinter implements Statements {
  readonly #model: EventModel;
  readonly #names: Names;
  readonly #encoder: Encoder;

  constructor(model: EventModel, names: Names) {
    this.#model = model;
    this.#names = names;
    this.#encoder = new Encoder(model.format, this);
  }

  file(): string {
    const { root, named, format } = this.#model;
    const name = this.#names.typeOf(root);
    const [result, output] = format === "avro" ? ["Data", "w.data"] : ["String", "w.text"];
    const outer = this.#record(root);
    const inner = named.flatMap((type) => ["", ...this.#declaration(type)]);
    return [
      ...lineComment("//", eventHeader(this.#model)),
      "import Foundation",
      "import TidelineClient",
      "",
      ...outer.slice(0, -1),
      ...indented(inner),
      "}",
      "",
      "/// The properties as they travel.",
      `func encode(_ v: ${name}) throws -> ${result} {`,
      `  var w = ${this.#writer()}()`,
      "  try write(&w, v)",
      `  return ${output}`,
      "}",
      ...typesOfEvent(this.#model).flatMap((type) => ["", ...this.#writeFunction(type)]),
      "",
    ].join("\n");
  }

  #writer(): string {
    return this.#model.format === "avro" ? "AvroWriter" : "JSONWriter";
  }

  #declaration(type: NamedType): string[] {
    if (type.kind === "record") return this.#record(type);
    return type.kind === "enum" ? this.#enum(type) : this.#union(type);
  }

  #record(record: RecordType): string[] {
    const fields = statedFields(record).map((field) => ({
      field,
      own: this.#names.fieldOf(field),
      type: `${this.type(statedType(field))}${mayBeNull(field) ? "?" : ""}`,
    }));
    const parameters = fields.map(({ field, own, type }, index) => {
      const comma = index === fields.length - 1 ? "" : ",";
      return `${own}: ${type}${field.isRequired ? "" : " = nil"}${comma}`;
    });
    // A struct can't hold itself.
    const kind = holdsItself(record) ? "final class" : "struct";
    return [
      ...comment(record.remarks),
      `public ${kind} ${this.#names.typeOf(record)}: Sendable {`,
      ...indented([
        ...fields.flatMap(({ field, own, type }) => [
          ...comment(field.remarks),
          `public let ${own}: ${type}`,
        ]),
        ...(fields.length === 0 ? [] : [""]),
        ...(fields.length === 0 ? ["public init() {}"] : ["public init(", ...indented(parameters), ") {"]),
        ...indented(fields.map(({ own }) => `self.${own} = ${own}`)),
        ...(fields.length === 0 ? [] : ["}"]),
      ]),
      "}",
    ];
  }

  #enum(type: EnumType): string[] {
    const names = this.#names.symbolsOf(type);
    const isAvro = this.#model.format === "avro";
    return [
      ...comment(type.remarks),
      `public enum ${this.#names.typeOf(type)}: ${isAvro ? "Int" : "String"}, Sendable {`,
      ...indented(
        type.symbols.map(
          (symbol, index) => `case ${names[index]} = ${isAvro ? index : text(JSON.stringify(symbol))}`,
        ),
      ),
      "}",
    ];
  }

  #union(type: UnionType): string[] {
    return [
      ...comment(type.remarks),
      `public indirect enum ${this.#names.typeOf(type)}: Sendable {`,
      ...indented(
        type.branches.map((branch) => `case ${this.#names.branchOf(branch)}(${this.type(branch.type)})`),
      ),
      "}",
    ];
  }

  #writeFunction(type: NamedType): string[] {
    return [
      `private func write(_ w: inout ${this.#writer()}, _ v: ${this.#qualified(type)}) throws {`,
      ...indented(this.#writeBody(type)),
      "}",
    ];
  }

  #writeBody(type: NamedType): string[] {
    if (type.kind === "record") return this.#encoder.record(type);
    if (type.kind === "enum") {
      return [this.#model.format === "avro" ? "w.index(v.rawValue)" : "w.raw(v.rawValue)"];
    }
    return [
      "switch v {",
      ...type.branches.flatMap((branch) => [
        `case .${this.#names.branchOf(branch)}(let value):`,
        ...indented(this.#encoder.unionBranch(branch, "value")),
      ]),
      "}",
    ];
  }

  /** A type as it is named outside of the event's own. */
  #qualified(type: NamedType): string {
    const root = this.#names.typeOf(this.#model.root);
    return type === this.#model.root ? root : `${root}.${this.#names.typeOf(type)}`;
  }

  type(type: ValueType): string {
    switch (type.kind) {
      case "scalar":
        return types[type.api];
      case "named":
        return this.#names.typeOf(type.type);
      case "array":
        return `[${this.type(type.items)}]`;
      case "map":
        return `[${types[type.keys ?? "string"]}: ${this.type(type.values)}]`;
      case "nullable":
        return `${this.type(type.value)}?`;
    }
  }

  call(method: string, args: readonly string[]): string {
    return `${throwing.has(method) ? "try " : ""}w.${method}(${args.join(", ")})`;
  }

  text = text;

  number(value: number): string {
    return String(value);
  }

  size(value: string): string {
    return `${value}.count`;
  }

  named(value: string): string {
    return `try write(&w, ${value})`;
  }

  ifThere(
    { value, depth }: { value: string; depth: number },
    then: (value: string) => string[],
    otherwise: readonly string[],
  ): string[] {
    const lines = [`if let value${depth} = ${value} {`, ...indented(then(`value${depth}`))];
    return otherwise.length === 0 ? [...lines, "}"] : [...lines, "} else {", ...indented(otherwise), "}"];
  }

  each({ value, depth }: { value: string; depth: number }, body: (item: string) => string[]): string[] {
    return [`for item${depth} in ${value} {`, ...indented(body(`item${depth}`)), "}"];
  }

  eachEntry(
    { value, depth }: { value: string; depth: number },
    body: (key: string, member: string) => string[],
  ): string[] {
    const [key, member] = [`key${depth}`, `member${depth}`];
    return [`for (${key}, ${member}) in ${value} {`, ...indented(body(key, member)), "}"];
  }

  keyText(key: string): string {
    return `String(${key})`;
  }

  member(field: Field): string {
    return `v.${this.#names.fieldOf(field)}`;
  }
}

/** The files of a Swift client, for one module: one for each event, and the tracker. */
export function printSwift(models: readonly EventModel[]): PrintedFile[] {
  const names = nameEvents(models, naming);
  const files = models.map((model) => ({
    path: `${names.typeOf(model.root)}.swift`,
    text: new EventPrinter(model, names).file(),
  }));
  const methods = models.flatMap((model) => {
    const track =
      model.format === "avro"
        ? `trackAvro(${text(model.subject)}, ${model.schemaId}, try encode(properties), options)`
        : `trackJSON(${text(model.subject)}, try encode(properties), options)`;
    return [
      "",
      ...comment(model.root.remarks, [`Sends ${plainLine(model.subject)}.`]),
      "@discardableResult",
      `public func ${names.events.get(model)?.method}(`,
      `  _ properties: ${names.typeOf(model.root)}, _ options: EventOptions = EventOptions()`,
      ") throws -> Receipt {",
      `  client.${track}`,
      "}",
    ];
  });
  const tracker = [
    ...lineComment("//", [generatedLine]),
    "import Foundation",
    "import TidelineClient",
    "",
    "/// Sends the project's events, each with its own type.",
    "public struct Tracker: Sendable {",
    "  private let client: TidelineClient",
    "",
    "  public init(client: TidelineClient) {",
    "    self.client = client",
    "  }",
    ...indented(methods),
    "}",
    "",
  ];
  return [...files, { path: "Tracker.swift", text: tracker.join("\n") }];
}
