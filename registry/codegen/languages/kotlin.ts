import { Encoder, type Statements } from "../encode.js";
import { eventHeader, generatedLine } from "../header.js";
import { blockComment, indented, lineComment, literal, literalRules } from "../literals.js";
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
import { type Names, type NamingRules, nameEvents, typesOfEvent } from "../names.js";
import { deprecationLine, plainLine, remarkLines } from "../remarks.js";
import type { PrintOptions } from "./print-options.js";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const keywords = `as break class continue do else false for fun if in interface is null object package return super this
  throw true try typealias typeof val var when while`;

const naming: NamingRules = {
  types: "pascal",
  fields: "camel",
  methods: "camel",
  symbols: "screaming",
  files: "pascal",
  nestsTypes: true,
  branches: { as: "types" },
  symbolsBesideTypes: false,
  reservedTypes: words("Tracker Companion String Any Unit Nothing"),
  reservedMembers: words(`${keywords} kotlin java dev`),
  reservedMethods: words(`${keywords} equals hashCode toString getClass wait notify notifyAll`),
  reservedFiles: new Set(),
};

const runtime = "dev.tideline.client";

const types: Readonly<Record<Api, string>> = {
  boolean: "kotlin.Boolean",
  int: "kotlin.Int",
  uint: "kotlin.UInt",
  long: "kotlin.Long",
  ulong: "kotlin.ULong",
  float: "kotlin.Float",
  double: "kotlin.Double",
  string: "kotlin.String",
  bytes: "kotlin.ByteArray",
  decimal: "java.math.BigDecimal",
  uuid: "java.util.UUID",
  date: "java.time.LocalDate",
  timeOfDay: "java.time.LocalTime",
  instant: "java.time.Instant",
  localDateTime: "java.time.LocalDateTime",
  duration: `${runtime}.AvroDuration`,
  elapsed: "java.time.Duration",
  json: "kotlin.Any",
};

const text = (value: string): string => literal(value, literalRules.kotlin);

const comment = (remarks: Remarks, more: readonly string[] = []): string[] => {
  const deprecation = deprecationLine(remarks);
  return [
    ...blockComment([...remarkLines(remarks), ...more]),
    ...(deprecation === undefined ? [] : [`@kotlin.Deprecated(${text(deprecation)})`]),
  ];
};

/** Prints one event's file; the types that it holds stand within its class. */
class EventPrinter implements Statements {
  readonly #model: EventModel;
  readonly #names: Names;
  readonly #encoder: Encoder;

  constructor(model: EventModel, names: Names) {
    this.#model = model;
    this.#names = names;
    this.#encoder = new Encoder(model.format, this);
  }

  file(packageName: string): string {
    const { root, named, format } = this.#model;
    const name = this.#names.typeOf(root);
    const [result, output] =
      format === "avro" ? ["kotlin.ByteArray", "w.toByteArray()"] : ["kotlin.String", "w.toString()"];
    const inner = named.flatMap((type, index) => [...(index === 0 ? [] : [""]), ...this.#declaration(type)]);
    const outer = this.#record(root);
    return [
      ...lineComment("//", eventHeader(this.#model)),
      '@file:kotlin.Suppress("DEPRECATION", "RedundantVisibilityModifier")',
      "",
      `package ${packageName}`,
      "",
      ...outer.slice(0, -1),
      ...(inner.length === 0 ? outer.slice(-1) : [`${outer.at(-1)} {`, ...indented(inner), "}"]),
      "",
      "/** The properties as they travel. */",
      `internal fun encode(v: ${name}): ${result} {`,
      `  val w = ${this.#writer()}()`,
      "  write(w, v)",
      `  return ${output}`,
      "}",
      ...typesOfEvent(this.#model).flatMap((type) => ["", ...this.#writeFunction(type)]),
      "",
    ].join("\n");
  }

  #writer(): string {
    return `${runtime}.${this.#model.format === "avro" ? "AvroWriter" : "JsonWriter"}`;
  }

  #declaration(type: NamedType): string[] {
    if (type.kind === "record") return this.#record(type);
    return type.kind === "enum" ? this.#enum(type) : this.#union(type);
  }

  #record(record: RecordType): string[] {
    const name = this.#names.typeOf(record);
    const fields = statedFields(record).flatMap((field) => {
      const type = `${this.type(statedType(field))}${mayBeNull(field) ? "?" : ""}`;
      const fallback = field.isRequired ? "" : " = null";
      return [...comment(field.remarks), `public val ${this.#names.fieldOf(field)}: ${type}${fallback},`];
    });
    // A data class has at least one property.
    if (fields.length === 0) return [...comment(record.remarks), `public class ${name}()`];
    return [...comment(record.remarks), `public data class ${name}(`, ...indented(fields), ")"];
  }

  #enum(type: EnumType): string[] {
    const names = this.#names.symbolsOf(type);
    const isAvro = this.#model.format === "avro";
    const symbols = type.symbols.map((symbol, index) =>
      isAvro ? `${names[index]},` : `${names[index]}(${text(JSON.stringify(symbol))}),`,
    );
    const head = `public enum class ${this.#names.typeOf(type)}`;
    return [
      ...comment(type.remarks),
      isAvro ? `${head} {` : `${head}(internal val json: kotlin.String) {`,
      ...indented(symbols),
      "}",
    ];
  }

  #union(type: UnionType): string[] {
    const name = this.#names.typeOf(type);
    return [
      ...comment(type.remarks),
      `public sealed interface ${name}`,
      ...type.branches.flatMap((branch) => [
        "",
        `public data class ${this.#names.branchOf(branch)}(public val value: ${this.type(branch.type)}) : ${name}`,
      ]),
    ];
  }

  #writeFunction(type: NamedType): string[] {
    return [
      `private fun write(w: ${this.#writer()}, v: ${this.#qualified(type)}) {`,
      ...indented(this.#writeBody(type)),
      "}",
    ];
  }

  #writeBody(type: NamedType): string[] {
    if (type.kind === "record") return this.#encoder.record(type);
    if (type.kind === "enum") return [this.#model.format === "avro" ? "w.index(v.ordinal)" : "w.raw(v.json)"];
    const root = this.#names.typeOf(this.#model.root);
    return [
      "when (v) {",
      ...indented(
        type.branches.flatMap((branch) => [
          `is ${root}.${this.#names.branchOf(branch)} -> {`,
          ...indented(this.#encoder.unionBranch(branch, "v.value")),
          "}",
        ]),
      ),
      "}",
    ];
  }

  /** A type as it is named outside of the event's class. */
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
        return `kotlin.collections.List<${this.type(type.items)}>`;
      case "map":
        return `kotlin.collections.Map<${types[type.keys ?? "string"]}, ${this.type(type.values)}>`;
      case "nullable":
        return `${this.type(type.value)}?`;
    }
  }

  call(method: string, args: readonly string[]): string {
    const [value = ""] = args;
    // The runtime is Java's, which has no unsigned numbers.
    if (method === "uint32") return `w.uint32(${value}.toLong())`;
    if (method === "uint64Text") return `w.uint64Text(java.math.BigInteger(${value}.toString()))`;
    return `w.${method}(${args.join(", ")})`;
  }

  text = text;

  number(value: number): string {
    return String(value);
  }

  size(value: string): string {
    return `${value}.size`;
  }

  named(value: string): string {
    return `write(w, ${value})`;
  }

  ifThere(
    { value }: { value: string },
    then: (value: string) => string[],
    otherwise: readonly string[],
  ): string[] {
    const lines = [`if (${value} != null) {`, ...indented(then(value))];
    return otherwise.length === 0 ? [...lines, "}"] : [...lines, "} else {", ...indented(otherwise), "}"];
  }

  each({ value, depth }: { value: string; depth: number }, body: (item: string) => string[]): string[] {
    return [`for (item${depth} in ${value}) {`, ...indented(body(`item${depth}`)), "}"];
  }

  eachEntry(
    { value, depth }: { value: string; depth: number },
    body: (key: string, member: string) => string[],
  ): string[] {
    const [key, member] = [`key${depth}`, `member${depth}`];
    return [`for ((${key}, ${member}) in ${value}) {`, ...indented(body(key, member)), "}"];
  }

  keyText(key: string): string {
    return `${key}.toString()`;
  }

  member(field: Field): string {
    return `v.${this.#names.fieldOf(field)}`;
  }
}

/** The files of a Kotlin client, one package over Java's runtime: one for each event, and the tracker. */
export function printKotlin(models: readonly EventModel[], { packageName }: PrintOptions): PrintedFile[] {
  const names = nameEvents(models, naming);
  const files = models.map((model) => ({
    path: `${names.typeOf(model.root)}.kt`,
    text: new EventPrinter(model, names).file(packageName),
  }));
  const methods = models.flatMap((model) => {
    const root = names.typeOf(model.root);
    const track =
      model.format === "avro"
        ? `trackAvro(${text(model.subject)}, ${model.schemaId}, encode(properties), options)`
        : `trackJson(${text(model.subject)}, encode(properties), options)`;
    return [
      "",
      ...comment(model.root.remarks, [`Sends ${plainLine(model.subject)}.`]),
      `public fun ${names.events.get(model)?.method}(`,
      `  properties: ${root},`,
      `  options: ${runtime}.EventOptions? = null,`,
      `): java.util.concurrent.CompletableFuture<${runtime}.Verdict> =`,
      `  client.${track}`,
    ];
  });
  const tracker = [
    ...lineComment("//", [generatedLine]),
    '@file:kotlin.Suppress("DEPRECATION", "RedundantVisibilityModifier")',
    "",
    `package ${packageName}`,
    "",
    "/** Sends the project's events, each with its own type. */",
    `public class Tracker(private val client: ${runtime}.TidelineClient) {`,
    ...indented(methods).slice(1),
    "}",
    "",
  ];
  return [...files, { path: "Tracker.kt", text: tracker.join("\n") }];
}
