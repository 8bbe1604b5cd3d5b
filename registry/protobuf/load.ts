// From a schema's text to the set of files that it stands for.
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import {
  EnumOptionsSchema,
  EnumValueOptionsSchema,
  ExtensionRangeOptionsSchema,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  FileOptionsSchema,
  MessageOptionsSchema,
  MethodOptionsSchema,
  OneofOptionsSchema,
  ServiceOptionsSchema,
} from "@bufbuild/protobuf/wkt";
import type { SchemaSource } from "../rules/language.js";
import { builtInFile } from "./built-in.js";
import { linkFile } from "./link.js";
import type { ProtoField, ProtoFile, ProtoMessage, ProtoSet } from "./model.js";
import { optionsFromBytes } from "./option-bytes.js";
import { parseFile } from "./parse-file.js";
import { type ReadOptions, readDescriptor } from "./read-descriptor.js";
import { ProtoError, shown, toFault } from "./refusal.js";
import type { FileNode } from "./syntax.js";
import { validateFile } from "./validate.js";
import { optionsMessage, validateOptions } from "./validate-options.js";

/** The limits of a schema with all it imports. */
export const protobufLimits = {
  bytes: 256 * 1024,
  totalBytes: 2 * 1024 * 1024,
  files: 200,
  importDepth: 50,
} as const;

/** @throws Fault SCHEMA_INVALID with its place */
export function load(source: SchemaSource): ProtoSet {
  return new Loader(source).load();
}

class Loader {
  readonly #source: SchemaSource;
  /** What an import may find; of two with one name the later is nearer to the schema. */
  readonly #texts: ReadonlyMap<string, string>;
  readonly #files = new Map<string, ProtoFile>();
  readonly #opening = new Set<string>();

  constructor(source: SchemaSource) {
    this.#source = source;
    this.#texts = new Map(source.references.map(({ name, text }) => [name, text]));
  }

  load(): ProtoSet {
    try {
      this.#requireBounds();
    } catch (error) {
      throw toFault(error);
    }
    return setOf(this.#file("", this.#source.text));
  }

  #requireBounds(): void {
    const sizes = [this.#source.text, ...this.#texts.values()].map((text) => Buffer.byteLength(text));
    if (sizes.some((size) => size > protobufLimits.bytes))
      throw new ProtoError(`it is over ${protobufLimits.bytes} bytes`);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (total > protobufLimits.totalBytes || sizes.length > protobufLimits.files)
      throw new ProtoError("it imports too much");
  }

  #file(name: string, text: string): ProtoFile {
    if (this.#opening.size > protobufLimits.importDepth)
      throw toFault(new ProtoError("imports follow one another too far"));
    this.#opening.add(name);
    try {
      const descriptor = descriptorOf(text);
      const node = descriptor === undefined ? parseFile(text) : undefined;
      const paths =
        node?.imports ??
        [...(descriptor?.dependency ?? []), ...(descriptor?.optionDependency ?? [])].map((path) => ({
          path,
          at: undefined,
        }));
      requireDistinct(paths.map(({ path }) => path));
      const imports = paths.map(({ path, at }) => this.#import(path, at));
      const linked = linkFile(name, node ?? nodeOf(descriptor as FileDescriptorProto, imports), imports);
      validateFile(linked);
      validateOptions(linked);
      return linked;
    } catch (error) {
      throw error instanceof ProtoError || error instanceof RangeError ? toFault(error, name) : error;
    } finally {
      this.#opening.delete(name);
    }
  }

  #import(path: string, at: ProtoError["at"]): ProtoFile {
    const builtIn = path.startsWith("google/protobuf/") ? builtInFile(path) : undefined;
    const known = builtIn ?? this.#files.get(path);
    if (known !== undefined) return known;
    if (this.#opening.has(path)) throw new ProtoError(`the import ${shown(path)} leads back to itself`, at);
    const text = this.#texts.get(path);
    if (text === undefined) {
      const file = builtInFile(path);
      if (file !== undefined) return file;
      throw new ProtoError(`the import ${shown(path)} is not among the references: add one of that name`, at);
    }
    const file = this.#file(path, text);
    this.#files.set(path, file);
    return file;
  }
}

function requireDistinct(paths: readonly string[]): void {
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new ProtoError(`the import ${shown(twice)} stands there twice`);
}

/** Base64 of a FileDescriptorProto is a schema too: it is what several clients send. */
function descriptorOf(text: string): FileDescriptorProto | undefined {
  const compact = text.trim();
  if (compact === "" || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return undefined;
  try {
    return fromBinary(FileDescriptorProtoSchema, Buffer.from(compact, "base64"));
  } catch {
    throw new ProtoError("it is base64, but of no FileDescriptorProto");
  }
}

const optionSchemas = {
  FileOptions: FileOptionsSchema,
  MessageOptions: MessageOptionsSchema,
  FieldOptions: FieldOptionsSchema,
  OneofOptions: OneofOptionsSchema,
  ExtensionRangeOptions: ExtensionRangeOptionsSchema,
  EnumOptions: EnumOptionsSchema,
  EnumValueOptions: EnumValueOptionsSchema,
  ServiceOptions: ServiceOptionsSchema,
  MethodOptions: MethodOptionsSchema,
};

function nodeOf(proto: FileDescriptorProto, imports: readonly ProtoFile[]): FileNode {
  const imported = reachable(imports);
  const node = readDescriptor(proto, optionReader(extensionsOf(imported)));
  // Options may be of extensions that the file declares itself.
  const own = linkFile("", node, imports);
  return own.extensions.length === 0
    ? node
    : readDescriptor(proto, optionReader(extensionsOf([...imported, own])));
}

type Extensions = ReadonlyMap<string, ReadonlyMap<number, ProtoField>>;

const optionReader =
  (extensions: Extensions): ReadOptions =>
  (kind, options) => {
    const schema = optionSchemas[kind as keyof typeof optionSchemas];
    if (options === undefined) return [];
    const bytes = toBinary(schema, options as never);
    const find = (message: string, number: number): ProtoField | undefined =>
      extensions.get(message)?.get(number);
    return optionsFromBytes(optionsMessage(kind), bytes, find).filter(({ name }) => name !== "map_entry");
  };

function reachable(files: readonly ProtoFile[], found = new Set<ProtoFile>()): ProtoFile[] {
  for (const file of files) {
    if (found.has(file)) continue;
    found.add(file);
    reachable(file.imports, found);
  }
  return [...found];
}

function extensionsOf(files: readonly ProtoFile[]): Map<string, Map<number, ProtoField>> {
  const byMessage = new Map<string, Map<number, ProtoField>>();
  for (const field of files.flatMap(({ extensions }) => extensions)) {
    const name = field.extendee?.name ?? "";
    const known = byMessage.get(name) ?? new Map<number, ProtoField>();
    byMessage.set(name, known);
    const other = known.get(field.number);
    if (other !== undefined && other.fullName !== field.fullName)
      throw new ProtoError(
        `${shown(field.fullName)} and ${shown(other.fullName)} extend ${shown(name)} by the number ${field.number}`,
        field.node.at,
      );
    known.set(field.number, field);
  }
  return byMessage;
}

function setOf(file: ProtoFile): ProtoSet {
  const files = reachable([file]);
  const messages = new Map<string, ProtoMessage>();
  for (const { symbols } of files) {
    for (const [name, symbol] of symbols) if (symbol.kind === "message") messages.set(name, symbol);
  }
  try {
    return { file, files, messages, extensions: extensionsOf(files) };
  } catch (error) {
    throw toFault(error);
  }
}
