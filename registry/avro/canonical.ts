// The texts of a schema: as Java's Schema.toString prints it, which identity goes by, and the specification's Parsing
// Canonical Form, which its fingerprints are of.
import { ExactNumber, type ExactValue } from "../../platform/json/exact.js";
import { fullNameIn } from "./names.js";
import { type AvroField, type AvroNamed, type AvroType, isNamed, type Props, plainKinds } from "./type.js";

/** A name that would be read as a kind of type is always written in full. */
const kinds = new Set<string>([...plainKinds, "bytes", "record", "enum", "array", "map", "union", "fixed"]);

/** A double as Java prints it: 1.0, 1.0E10. */
const javaDouble = (value: number): string => {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
};

const numberText = (text: string): string => (/^-?\d+$/.test(text) ? text : javaDouble(Number(text)));

interface PrintOptions {
  /** Names of extra properties and aliases sorted. */
  readonly isSorted: boolean;
  /** Types that are known from elsewhere and stand as their names alone. */
  readonly known: ReadonlySet<AvroNamed>;
}

class Printer {
  readonly #isSorted: boolean;
  readonly #known: Set<AvroNamed>;

  constructor({ isSorted, known }: PrintOptions) {
    this.#isSorted = isSorted;
    this.#known = new Set(known);
  }

  type(type: AvroType, space: string | undefined): string {
    switch (type.kind) {
      case "union":
        return `[${type.branches.map((branch) => this.type(branch, space)).join()}]`;
      case "array":
        return `{"type":"array","items":${this.type(type.items, space)}${this.#props(type.props)}}`;
      case "map":
        return `{"type":"map","values":${this.type(type.values, space)}${this.#props(type.props)}}`;
      case "record":
      case "enum":
      case "fixed":
        return this.#named(type, space);
      default:
        return type.props.size === 0 ? `"${type.kind}"` : `{"type":"${type.kind}"${this.#props(type.props)}}`;
    }
  }

  #named(type: AvroNamed, space: string | undefined): string {
    if (this.#known.has(type)) return `"${qualified(type, space)}"`;
    this.#known.add(type);
    const kind = type.kind === "record" && type.isError ? "error" : type.kind;
    let text = `{"type":"${kind}","name":"${type.name}"`;
    if (type.space !== "" && type.space !== space) text += `,"namespace":"${type.space}"`;
    else if (type.space === "" && space !== undefined && space !== "") text += ',"namespace":""';
    if (type.doc !== undefined) text += `,"doc":${JSON.stringify(type.doc)}`;
    if (type.kind === "record") {
      text += `,"fields":[${type.fields.map((field) => this.#field(field, type.space)).join()}]`;
    } else if (type.kind === "enum") {
      text += `,"symbols":${JSON.stringify(type.symbols)}`;
      if (type.fallback !== undefined) text += `,"default":"${type.fallback}"`;
    } else text += `,"size":${type.size}`;
    const aliases = type.aliases.map((alias) => shortened(alias, type.space));
    return `${text}${this.#props(type.props)}${this.#aliases(aliases)}}`;
  }

  #field(field: AvroField, space: string): string {
    let text = `{"name":"${field.name}","type":${this.type(field.type, space)}`;
    if (field.doc !== undefined) text += `,"doc":${JSON.stringify(field.doc)}`;
    if (field.fallback !== undefined) text += `,"default":${this.#json(field.fallback.json, false)}`;
    if (field.order !== "ascending") text += `,"order":"${field.order}"`;
    return `${text}${this.#aliases(field.aliases)}${this.#props(field.props)}}`;
  }

  #aliases(aliases: readonly string[]): string {
    if (aliases.length === 0) return "";
    return `,"aliases":${JSON.stringify(this.#isSorted ? aliases.toSorted() : aliases)}`;
  }

  #props(props: Props): string {
    const entries = this.#isSorted ? sortedByName(props) : [...props];
    return entries.map(([name, value]) => `,${JSON.stringify(name)}:${this.#json(value, true)}`).join("");
  }

  #json(value: ExactValue, mayBeSorted: boolean): string {
    if (value instanceof ExactNumber) return numberText(value.text);
    if (typeof value === "number") return numberText(String(value));
    if (Array.isArray(value)) return `[${value.map((item) => this.#json(item, mayBeSorted)).join()}]`;
    if (!(value instanceof Map)) return JSON.stringify(value);
    const entries = mayBeSorted && this.#isSorted ? sortedByName(value) : [...value];
    const members = entries.map(
      ([name, member]) => `${JSON.stringify(name)}:${this.#json(member, mayBeSorted)}`,
    );
    return `{${members.join()}}`;
  }
}

const sortedByName = (members: ReadonlyMap<string, ExactValue>): [string, ExactValue][] =>
  [...members].sort(([a], [b]) => (a < b ? -1 : 1));

const qualified = ({ fullName, name, space }: AvroNamed, current: string | undefined): string =>
  space === (current ?? "") && !kinds.has(name) ? name : fullName;

/** An alias as it is written within its type's namespace. */
const shortened = (alias: string, space: string): string => {
  const short = alias.slice(alias.lastIndexOf(".") + 1);
  return fullNameIn(short, space) === alias ? short : alias;
};

/** The text that Java's Schema.toString gives; types of referenced schemas are written as their names. */
export function canonicalText(type: AvroType, options: PrintOptions): string {
  return new Printer(options).type(type, undefined);
}

/** Parsing Canonical Form by the specification: what reading depends on, and nothing else. */
export function parsingForm(type: AvroType, written = new Set<AvroNamed>()): string {
  switch (type.kind) {
    case "union":
      return `[${type.branches.map((branch) => parsingForm(branch, written)).join()}]`;
    case "array":
      return `{"type":"array","items":${parsingForm(type.items, written)}}`;
    case "map":
      return `{"type":"map","values":${parsingForm(type.values, written)}}`;
    case "record":
    case "enum":
    case "fixed":
      break;
    default:
      return `"${type.kind}"`;
  }
  if (written.has(type)) return `"${type.fullName}"`;
  written.add(type);
  const head = `{"name":"${type.fullName}","type":"${type.kind}"`;
  if (type.kind === "enum") return `${head},"symbols":${JSON.stringify(type.symbols)}}`;
  if (type.kind === "fixed") return `${head},"size":${type.size}}`;
  const fields = type.fields.map(
    ({ name, type: its }) => `{"name":"${name}","type":${parsingForm(its, written)}}`,
  );
  return `${head},"fields":[${fields.join()}]}`;
}

/** The named types that a type is made of, itself among them. */
export function namedTypesOf(type: AvroType): ReadonlySet<AvroNamed> {
  const found = new Set<AvroNamed>();
  const open: AvroType[] = [type];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (isNamed(one)) {
      if (found.has(one)) continue;
      found.add(one);
    }
    if (one.kind === "record") for (const field of one.fields) open.push(field.type);
    else if (one.kind === "union") open.push(...one.branches);
    else if (one.kind === "array") open.push(one.items);
    else if (one.kind === "map") open.push(one.values);
  }
  return found;
}
