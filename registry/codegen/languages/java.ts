import { Encoder, type Looped, type Statements } from "../encode.js";
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
import type { PrintOptions } from "./print-options.js";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const keywords = `abstract assert boolean break byte case catch char class const continue default do double else enum
  extends final finally float for goto if implements import instanceof int interface long native new package private
  protected public return short static strictfp super switch synchronized this throw throws transient try void volatile
  while true false null _ var record yield sealed permits`;

const naming: NamingRules = {
  types: "pascal",
  fields: "camel",
  methods: "camel",
  symbols: "screaming",
  files: "pascal",
  nestsTypes: true,
  branches: { as: "types" },
  symbolsBesideTypes: false,
  reservedTypes: words("Tracker Builder String Object Override"),
  // What is written in full begins with a package, which no variable may hide.
  reservedMembers: words(
    `${keywords} build clone finalize getClass hashCode equals notify notifyAll toString wait java dev v w`,
  ),
  reservedMethods: words(
    `${keywords} clone finalize getClass hashCode equals notify notifyAll toString wait`,
  ),
  reservedFiles: new Set(),
};

const runtime = "dev.tideline.client";

/** As they stand in generics, and as they stand alone where they are never null. */
const types: Readonly<Record<Api, readonly [boxed: string, plain?: string]>> = {
  boolean: ["java.lang.Boolean", "boolean"],
  int: ["java.lang.Integer", "int"],
  uint: ["java.lang.Long", "long"],
  long: ["java.lang.Long", "long"],
  ulong: ["java.math.BigInteger"],
  float: ["java.lang.Float", "float"],
  double: ["java.lang.Double", "double"],
  string: ["java.lang.String"],
  bytes: ["byte[]"],
  decimal: ["java.math.BigDecimal"],
  uuid: ["java.util.UUID"],
  date: ["java.time.LocalDate"],
  timeOfDay: ["java.time.LocalTime"],
  instant: ["java.time.Instant"],
  localDateTime: ["java.time.LocalDateTime"],
  duration: [`${runtime}.AvroDuration`],
  elapsed: ["java.time.Duration"],
  json: ["java.lang.Object"],
};

const text = (value: string): string => literal(value, literalRules.java);

const comment = (remarks: Remarks, first: readonly string[] = []): string[] => {
  const deprecation = deprecationLine(remarks);
  const lines = [...remarkLines(remarks), ...first].map((line) =>
    line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("@", "&#64;"),
  );
  if (deprecation === undefined) return blockComment(lines);
  return [...blockComment([...lines, `@deprecated ${deprecation}`]), "@java.lang.Deprecated"];
};

/** Prints one event's class, with the types that it holds within it. */
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
      format === "avro" ? ["byte[]", "w.toByteArray()"] : ["java.lang.String", "w.toString()"];
    return [
      ...lineComment("//", eventHeader(this.#model)),
      `package ${packageName};`,
      "",
      ...comment(root.remarks),
      `public final class ${name} {`,
      ...indented([
        ...this.#recordBody(root),
        ...named.flatMap((type) => ["", ...this.#declaration(type)]),
        "",
        "/** The properties as they travel. */",
        `static ${result} encode(${name} v) {`,
        `  ${this.#writer()} w = new ${this.#writer()}();`,
        "  write(w, v);",
        `  return ${output};`,
        "}",
        ...typesOfEvent(this.#model).flatMap((type) => ["", ...this.#writeMethod(type)]),
      ]),
      "}",
      "",
    ].join("\n");
  }

  #writer(): string {
    return `${runtime}.${this.#model.format === "avro" ? "AvroWriter" : "JsonWriter"}`;
  }

  #declaration(type: NamedType): string[] {
    if (type.kind === "enum") return this.#enum(type);
    if (type.kind === "union") return this.#union(type);
    return [
      ...comment(type.remarks),
      `public static final class ${this.#names.typeOf(type)} {`,
      ...indented(this.#recordBody(type)),
      "}",
    ];
  }

  #recordBody(record: RecordType): string[] {
    const name = this.#names.typeOf(record);
    const fields = statedFields(record).map((field) => ({
      field,
      own: this.#names.fieldOf(field),
      boxed: this.type(statedType(field)),
      type: mayBeNull(field) ? this.type(statedType(field)) : this.#plain(statedType(field)),
    }));
    const missing = fields.flatMap(({ field, own }) =>
      mayBeNull(field)
        ? []
        : [
            `if (this.${own} == null) {`,
            `  throw new java.lang.IllegalStateException(${text(`${field.wire} is missing`)});`,
            "}",
          ],
    );
    return [
      ...fields.map(({ own, type }) => `private final ${type} ${own};`),
      ...(fields.length > 0 ? [""] : []),
      `private ${name}(Builder v) {`,
      ...fields.map(({ own }) => `  this.${own} = v.${own};`),
      "}",
      "",
      "/** States the properties one by one. */",
      "public static Builder builder() {",
      "  return new Builder();",
      "}",
      "",
      `/** States the properties of {@link ${name}} one by one. */`,
      "public static final class Builder {",
      ...indented([
        ...fields.map(({ own, boxed }) => `private ${boxed} ${own};`),
        ...(fields.length > 0 ? [""] : []),
        "private Builder() {}",
        ...fields.flatMap(({ field, own, type }) => [
          "",
          ...comment(field.remarks, [mayBeNull(field) ? "May be left out." : "Has to be stated."]),
          `public Builder ${own}(${type} v) {`,
          `  this.${own} = v;`,
          "  return this;",
          "}",
        ]),
        "",
        "/** @throws IllegalStateException where a property is missing that has to be stated */",
        `public ${name} build() {`,
        ...indented(missing),
        `  return new ${name}(this);`,
        "}",
      ]),
      "}",
    ];
  }

  #enum(type: EnumType): string[] {
    const names = this.#names.symbolsOf(type);
    const name = this.#names.typeOf(type);
    const head = [...comment(type.remarks), `public enum ${name} {`];
    if (this.#model.format === "avro") return [...head, ...indented(listed(names)), "}"];
    const symbols = type.symbols.map((symbol, index) => `${names[index]}(${text(JSON.stringify(symbol))})`);
    return [
      ...head,
      ...indented([
        ...listed(symbols),
        "",
        "private final java.lang.String json;",
        "",
        `${name}(java.lang.String json) {`,
        "  this.json = json;",
        "}",
      ]),
      "}",
    ];
  }

  #union(type: UnionType): string[] {
    const name = this.#names.typeOf(type);
    const branches = type.branches.map((branch) => {
      const own = this.#names.branchOf(branch);
      return ["", `public record ${own}(${this.#plain(branch.type)} value) implements ${name} {}`];
    });
    const permitted = type.branches.map((branch) => this.#names.branchOf(branch)).join(", ");
    return [
      ...comment(type.remarks),
      `public sealed interface ${name} permits ${permitted} {}`,
      ...branches.flat(),
    ];
  }

  #writeMethod(type: NamedType): string[] {
    return [
      `private static void write(${this.#writer()} w, ${this.#names.typeOf(type)} v) {`,
      ...indented(this.#writeBody(type)),
      "}",
    ];
  }

  #writeBody(type: NamedType): string[] {
    if (type.kind === "record") return this.#encoder.record(type);
    if (type.kind === "enum") {
      return [this.#model.format === "avro" ? "w.index(v.ordinal());" : "w.raw(v.json);"];
    }
    const branches = type.branches.flatMap((branch, index) => {
      const own = this.#names.branchOf(branch);
      return [
        `${index === 0 ? "" : "} else "}if (v instanceof ${own} branch) {`,
        ...indented(this.#encoder.unionBranch(branch, "branch.value()")),
      ];
    });
    return [
      ...branches,
      "} else {",
      '  throw new java.lang.IllegalArgumentException("the value is none of the union\'s classes");',
      "}",
    ];
  }

  #plain(type: ValueType): string {
    return (type.kind === "scalar" ? types[type.api][1] : undefined) ?? this.type(type);
  }

  type(type: ValueType): string {
    switch (type.kind) {
      case "scalar":
        return types[type.api][0];
      case "named":
        return this.#names.typeOf(type.type);
      case "array":
        return `java.util.List<${this.type(type.items)}>`;
      case "map":
        return `java.util.Map<${this.#keyType(type.keys)}, ${this.type(type.values)}>`;
      case "nullable":
        return this.type(type.value);
    }
  }

  #keyType(keys: MapKey | undefined): string {
    return types[keys ?? "string"][0];
  }

  call(method: string, args: readonly string[]): string {
    return `w.${method}(${args.join(", ")});`;
  }

  text = text;

  number(value: number): string {
    return String(value);
  }

  size(value: string): string {
    return `${value}.size()`;
  }

  named(value: string): string {
    return `write(w, ${value});`;
  }

  ifThere(
    { value }: { value: string },
    then: (value: string) => string[],
    otherwise: readonly string[],
  ): string[] {
    const lines = [`if (${value} != null) {`, ...indented(then(value))];
    return otherwise.length === 0 ? [...lines, "}"] : [...lines, "} else {", ...indented(otherwise), "}"];
  }

  each(
    { value, type, depth }: { value: string; type: ValueType; depth: number },
    body: (item: string) => string[],
  ): string[] {
    const item = `item${depth}`;
    return [`for (${this.type(type)} ${item} : ${value}) {`, ...indented(body(item)), "}"];
  }

  eachEntry({ value, type, keys, depth }: Looped, body: (key: string, member: string) => string[]): string[] {
    const entry = `entry${depth}`;
    const entryType = `java.util.Map.Entry<${this.#keyType(keys)}, ${this.type(type)}>`;
    return [
      `for (${entryType} ${entry} : ${value}.entrySet()) {`,
      ...indented(body(`${entry}.getKey()`, `${entry}.getValue()`)),
      "}",
    ];
  }

  keyText(key: string): string {
    return `java.lang.String.valueOf(${key})`;
  }

  member(field: Field): string {
    return `v.${this.#names.fieldOf(field)}`;
  }
}

const listed = (symbols: readonly string[]): string[] =>
  symbols.map((symbol, index) => `${symbol}${index === symbols.length - 1 ? ";" : ","}`);

/** The files of a Java client, one package: one for each event, and the tracker. */
export function printJava(models: readonly EventModel[], { packageName }: PrintOptions): PrintedFile[] {
  const names = nameEvents(models, naming);
  const files = models.map((model) => ({
    path: `${names.typeOf(model.root)}.java`,
    text: new EventPrinter(model, names).file(packageName),
  }));
  const verdict = `java.util.concurrent.CompletableFuture<${runtime}.Verdict>`;
  const methods = models.flatMap((model) => {
    const root = names.typeOf(model.root);
    const method = names.events.get(model)?.method ?? "";
    const track =
      model.format === "avro"
        ? `trackAvro(${text(model.subject)}, ${model.schemaId}, ${root}.encode(properties), options)`
        : `trackJson(${text(model.subject)}, ${root}.encode(properties), options)`;
    const doc = comment(model.root.remarks, [`Sends ${plainLine(model.subject)}.`]);
    return [
      "",
      ...doc,
      `public ${verdict} ${method}(${root} properties) {`,
      `  return ${method}(properties, null);`,
      "}",
      "",
      ...doc,
      `public ${verdict} ${method}(${root} properties, ${runtime}.EventOptions options) {`,
      `  return client.${track};`,
      "}",
    ];
  });
  const tracker = [
    ...lineComment("//", [generatedLine]),
    `package ${packageName};`,
    "",
    "/** Sends the project's events, each with its own type. */",
    "public final class Tracker {",
    `  private final ${runtime}.TidelineClient client;`,
    "",
    `  public Tracker(${runtime}.TidelineClient client) {`,
    "    this.client = client;",
    "  }",
    ...indented(methods),
    "}",
    "",
  ];
  return [...files, { path: "Tracker.java", text: tracker.join("\n") }];
}
