import { Encoder, type Statements } from "../encode.js";
import { eventHeader, generatedLine } from "../header.js";
import { indented, lineComment, literal, literalRules } from "../literals.js";
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
import { cased, type Names, type NamingRules, nameEvents, typesOfEvent } from "../names.js";
import { deprecationLine, noRemarks, remarkLines } from "../remarks.js";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const keywords = words(
  `and as assert async await break class continue def del elif else except finally for from global if import in is
  lambda nonlocal not or pass raise return try while with yield`,
);

const naming: NamingRules = {
  types: "pascal",
  fields: "snake",
  methods: "snake",
  symbols: "screaming",
  files: "snake",
  nestsTypes: false,
  branches: { as: "types" },
  symbolsBesideTypes: false,
  reservedTypes: words("Tracker None True False Future"),
  // Keywords, and what annotations in the same class are made of.
  reservedMembers: words(
    `and as assert async await break class continue def del elif else except finally for from global if import in is
    lambda nonlocal not or pass raise return try while with yield match case type bool int str float bytes dict list
    object property NAME VALUE MRO`,
  ),
  reservedMethods: keywords,
  reservedFiles: keywords,
};

const types: Readonly<Record<Api, string>> = {
  boolean: "bool",
  int: "int",
  uint: "int",
  long: "int",
  ulong: "int",
  float: "float",
  double: "float",
  string: "str",
  bytes: "bytes",
  decimal: "_decimal.Decimal",
  uuid: "_uuid.UUID",
  date: "_datetime.date",
  timeOfDay: "_datetime.time",
  instant: "_datetime.datetime",
  localDateTime: "_datetime.datetime",
  duration: "_tideline.AvroDuration",
  elapsed: "_datetime.timedelta",
  json: "_tideline.JsonValue",
};

const text = (value: string): string => literal(value, literalRules.python);
const deep = (lines: readonly string[]): string[] => indented(lines, "    ");

const docstring = (remarks: Remarks): string[] => {
  const deprecation = deprecationLine(remarks);
  const lines = [
    ...remarkLines(remarks),
    ...(deprecation === undefined ? [] : [`Deprecated: ${deprecation}`]),
  ].map((line) => line.replaceAll("\\", "\\\\").replaceAll('"', '\\"'));
  if (lines.length === 0) return [];
  return lines.length === 1 ? [`"""${lines[0]}"""`] : [`"""${lines[0]}`, ...lines.slice(1), '"""'];
};

/** Prints one event's module. */
class EventPrinter implements Statements {
  readonly #model: EventModel;
  readonly #names: Names;
  readonly #encoder: Encoder;
  /** Loops of the function that is being printed: a variable has one type in the whole of it. */
  #loops = 0;

  constructor(model: EventModel, names: Names) {
    this.#model = model;
    this.#names = names;
    this.#encoder = new Encoder(model.format, this);
  }

  file(): string {
    const { format, root } = this.#model;
    const name = this.#names.typeOf(root);
    const body = typesOfEvent(this.#model).flatMap((type) => ["", "", ...this.#declaration(type)]);
    const writes = typesOfEvent(this.#model).flatMap((type) => ["", "", ...this.#writer(type)]);
    const code = body.join("\n");
    const modules = ["datetime", "decimal", "uuid"].filter((module) => code.includes(`_${module}.`));
    return [
      ...lineComment("#", eventHeader(this.#model)),
      "from __future__ import annotations",
      "",
      "import dataclasses as _dataclasses",
      ...modules.map((module) => `import ${module} as _${module}`),
      ...(code.includes("_enum.") ? ["import enum as _enum"] : []),
      "import typing as _typing",
      "",
      "import tideline_client as _tideline",
      ...body,
      "",
      "",
      `def encode(v: ${name}) -> ${format === "avro" ? "bytes" : "str"}:`,
      '    """The properties as they travel; ValueError for a value that the schema can\'t hold."""',
      `    w = ${this.#writerType()}()`,
      `    _write_${this.#snake(root)}(w, v)`,
      "    return w.getvalue()",
      ...writes,
      "",
    ].join("\n");
  }

  #writerType(): string {
    return `_tideline.${this.#model.format === "avro" ? "AvroWriter" : "JsonWriter"}`;
  }

  #snake(type: NamedType): string {
    return this.#names.typeOf(type);
  }

  #declaration(type: NamedType): string[] {
    if (type.kind === "record") return this.#record(type);
    return type.kind === "enum" ? this.#enum(type) : this.#union(type);
  }

  #record(record: RecordType): string[] {
    const fields = statedFields(record).flatMap((field) => {
      const type = this.type(statedType(field));
      const annotation = mayBeNull(field) ? `_typing.Optional[${type}]` : type;
      const fallback = field.isRequired ? "" : " = None";
      return [`${this.#names.fieldOf(field)}: ${annotation}${fallback}`, ...docstring(field.remarks)];
    });
    const doc = docstring(record.remarks);
    return [
      "@_dataclasses.dataclass(frozen=True, kw_only=True)",
      `class ${this.#names.typeOf(record)}:`,
      ...deep([...doc, ...(doc.length > 0 && fields.length > 0 ? [""] : []), ...fields]),
      ...(fields.length + doc.length === 0 ? ["    pass"] : []),
    ];
  }

  #enum(type: EnumType): string[] {
    const names = this.#names.symbolsOf(type);
    const doc = docstring(type.remarks);
    return [
      `class ${this.#names.typeOf(type)}(_enum.Enum):`,
      ...deep([
        ...doc,
        ...(doc.length > 0 ? [""] : []),
        ...type.symbols.map((symbol, index) => `${names[index]} = ${this.#symbolValue(symbol, index)}`),
      ]),
    ];
  }

  /** Avro's symbols by their index; of JSON the text, so that 1, 1.0 and True stay apart. */
  #symbolValue(symbol: string | number | boolean, index: number): string {
    return this.#model.format === "avro" ? String(index) : text(JSON.stringify(symbol));
  }

  #union(type: UnionType): string[] {
    const name = this.#names.typeOf(type);
    const branches = type.branches.map((branch) => ({ branch, name: this.#names.branchOf(branch) }));
    return [
      ...branches.flatMap(({ branch, name: own }) => [
        "@_dataclasses.dataclass(frozen=True)",
        `class ${own}:`,
        `    value: ${this.type(branch.type)}`,
        "",
        "",
      ]),
      `${name} = _typing.Union[${branches.map(({ name: own }) => own).join(", ")}]`,
      ...docstring(type.remarks),
    ];
  }

  #writer(type: NamedType): string[] {
    this.#loops = 0;
    const body = this.#writerBody(type);
    return [
      `def _write_${this.#snake(type)}(w: ${this.#writerType()}, v: ${this.#names.typeOf(type)}) -> None:`,
      ...deep(body.length === 0 ? ["pass"] : body),
    ];
  }

  #writerBody(type: NamedType): string[] {
    if (type.kind === "record") return this.#encoder.record(type);
    if (type.kind === "enum") return [this.#model.format === "avro" ? "w.index(v.value)" : "w.raw(v.value)"];
    return [
      ...type.branches.flatMap((branch, index) => [
        `${index === 0 ? "if" : "elif"} isinstance(v, ${this.#names.branchOf(branch)}):`,
        ...deep(this.#encoder.unionBranch(branch, "v.value")),
      ]),
      "else:",
      '    raise TypeError("the value is none of the union\'s classes")',
    ];
  }

  type(type: ValueType): string {
    switch (type.kind) {
      case "scalar":
        return types[type.api];
      case "named":
        return this.#names.typeOf(type.type);
      case "array":
        return `_typing.Sequence[${this.type(type.items)}]`;
      case "map":
        return `_typing.Mapping[${type.keys === undefined ? "str" : types[type.keys]}, ${this.type(type.values)}]`;
      case "nullable":
        return `_typing.Optional[${this.type(type.value)}]`;
    }
  }

  call(method: string, args: readonly string[]): string {
    return `w.${cased(method, "snake")}(${args.join(", ")})`;
  }

  text = text;

  number(value: number): string {
    return String(value);
  }

  size(value: string): string {
    return `len(${value})`;
  }

  named(value: string, type: NamedType): string {
    return `_write_${this.#snake(type)}(w, ${value})`;
  }

  ifThere(
    { value }: { value: string },
    then: (value: string) => string[],
    otherwise: readonly string[],
  ): string[] {
    const lines = [`if ${value} is not None:`, ...deep(then(value))];
    return otherwise.length === 0 ? lines : [...lines, "else:", ...deep(otherwise)];
  }

  each({ value }: { value: string }, body: (item: string) => string[]): string[] {
    const item = `item${++this.#loops}`;
    return [`for ${item} in ${value}:`, ...deep(body(item))];
  }

  eachEntry({ value }: { value: string }, body: (key: string, member: string) => string[]): string[] {
    const loop = ++this.#loops;
    const [key, member] = [`key${loop}`, `member${loop}`];
    return [`for ${key}, ${member} in ${value}.items():`, ...deep(body(key, member))];
  }

  keyText(key: string, keys: MapKey): string {
    return keys === "boolean" ? `"true" if ${key} else "false"` : `str(${key})`;
  }

  member(field: Field): string {
    return `v.${this.#names.fieldOf(field)}`;
  }
}

/** One event, as the package's own modules name it. */
interface Entry {
  readonly model: EventModel;
  readonly file: string;
  readonly method: string;
  readonly root: string;
  /** All classes of its module. */
  readonly classes: readonly string[];
}

/** The files of a Python client: a package with a module for each event, and the tracker. */
export function printPython(models: readonly EventModel[]): PrintedFile[] {
  const names = nameEvents(models, naming);
  const entries = models.map((model): Entry => {
    const { file, method } = names.events.get(model) ?? { method: "", file: "" };
    const classes = typesOfEvent(model).flatMap((type) => [
      names.typeOf(type),
      ...(type.kind === "union" ? type.branches.map((branch) => names.branchOf(branch)) : []),
    ]);
    return { model, file, method, root: names.typeOf(model.root), classes: classes.sort() };
  });
  return [
    ...entries.map(({ model, file }) => ({
      path: `${file}.py`,
      text: new EventPrinter(model, names).file(),
    })),
    { path: "__init__.py", text: initModule(entries).join("\n") },
    { path: "tracker.py", text: trackerModule(entries).join("\n") },
  ];
}

function trackerModule(entries: readonly Entry[]): string[] {
  return [
    ...lineComment("#", [generatedLine]),
    "from __future__ import annotations",
    "",
    "import typing as _typing",
    "from concurrent.futures import Future as _Future",
    "",
    "import tideline_client as _tideline",
    "",
    ...entries.map(({ file }) => `from . import ${file} as _${file}`),
    "",
    "",
    "class Tracker:",
    '    """Sends the project\'s events, each with its own type."""',
    "",
    "    def __init__(self, client: _tideline.Client) -> None:",
    "        self.__client = client",
    ...deep(entries.flatMap(methodLines)),
    "",
  ];
}

function methodLines({ model, file, method, root }: Entry): string[] {
  const remarks = docstring(model.root.remarks);
  const sends = docstring({ ...noRemarks, doc: `Sends ${model.subject}.` });
  const [subject, encoded] = [text(model.subject), `_${file}.encode(properties)`];
  return [
    "",
    `def ${method}(`,
    `    self, properties: _${file}.${root}, options: _typing.Optional[_tideline.EventOptions] = None`,
    ") -> _Future[_tideline.Verdict]:",
    ...deep([
      ...(remarks.length > 0 ? remarks : sends),
      model.format === "avro"
        ? `return self.__client.track_avro(${subject}, ${model.schemaId}, ${encoded}, options)`
        : `return self.__client.track_json(${subject}, ${encoded}, options)`,
    ]),
  ];
}

function initModule(entries: readonly Entry[]): string[] {
  const all = ["Tracker", ...entries.flatMap(({ classes }) => classes)].sort();
  return [
    ...lineComment("#", [generatedLine]),
    ...entries.map(({ file, classes }) => `from .${file} import ${classes.join(", ")}`),
    "from .tracker import Tracker",
    "",
    "__all__ = [",
    ...all.map((name) => `    ${text(name)},`),
    "]",
    "",
  ];
}
