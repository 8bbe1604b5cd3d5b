// tideline.schemas.json: which files of a folder are which subjects. Read whole and checked before anything is done.
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, extname, join, posix } from "node:path";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { CompatibilityLevel } from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { UserError } from "../target.js";

/** What a schema's text refers to: another file of the config, or a subject of the registry. */
export type FileReference =
  | { readonly name: string; readonly file: string }
  | { readonly name: string; readonly subject: string; readonly version: number };

/** One schema of the folder. */
export interface SchemaFile {
  /** Relative to the config, with "/". */
  readonly file: string;
  readonly subject: string;
  readonly kind: SchemaKind;
  readonly level: CompatibilityLevel | undefined;
  readonly references: readonly FileReference[];
  readonly text: string;
}

/** A folder whose files are subjects by their names. */
export interface FolderRule {
  readonly folder: string;
  /** With "{name}" where the file's name without its extension stands. */
  readonly subject: string;
  readonly level: CompatibilityLevel | undefined;
}

export interface SchemaConfig {
  /** The folder of the config. */
  readonly base: string;
  readonly folders: readonly FolderRule[];
  /** What is referred to stands before its referrer; else by file. */
  readonly files: readonly SchemaFile[];
}

const FILES_MAX = 5_000;
const TEXT_BYTES_MAX = 256 * 1024;

export const kindByExtension: ReadonlyMap<string, SchemaKind> = new Map([
  [".avsc", SchemaKind.AVRO],
  [".json", SchemaKind.JSON_SCHEMA],
  [".proto", SchemaKind.PROTOBUF],
]);

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads the parts of the config; `fail` says where it is wrong. */
class ConfigReader {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  fail(where: string, message: string): never {
    throw new UserError(`${this.#path}: ${where === "" ? "" : `${where}: `}${message}`);
  }

  /** An object with no other members than these. */
  object(value: unknown, where: string, names: readonly string[] | undefined): Json {
    if (!isObject(value)) this.fail(where, "must be an object");
    const unknown = Object.keys(value).find((name) => names !== undefined && !names.includes(name));
    if (unknown !== undefined) this.fail(where, `${unknown} is not known; there are ${names?.join(", ")}`);
    return value;
  }

  text(value: unknown, where: string): string {
    if (typeof value !== "string" || value === "") this.fail(where, "must be a text");
    return value;
  }

  /** A path within the config's folder. */
  path(value: unknown, where: string): string {
    const path = posix.normalize(this.text(value, where));
    if (path.startsWith("..") || path.startsWith("/"))
      this.fail(where, "must lie beside or below the config");
    return path.replace(/\/$/, "");
  }

  level(value: unknown, where: string): CompatibilityLevel | undefined {
    if (value === undefined) return undefined;
    const level = CompatibilityLevel[String(value) as keyof typeof CompatibilityLevel];
    if (typeof level === "number" && level !== CompatibilityLevel.UNSPECIFIED) return level;
    const known = Object.keys(CompatibilityLevel).filter((name) => /^[A-Z_]+$/.test(name));
    return this.fail(where, `must be one of ${known.filter((name) => name !== "UNSPECIFIED").join(", ")}`);
  }

  references(value: unknown, where: string): FileReference[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) this.fail(where, "must be a list");
    return value.map((one, index) => {
      const at = `${where}[${index}]`;
      const json = this.object(one, at, ["name", "file", "subject", "version"]);
      const name = this.text(json["name"], `${at}.name`);
      if (json["file"] !== undefined) return { name, file: this.path(json["file"], `${at}.file`) };
      const version = json["version"] ?? -1;
      const isVersion = typeof version === "number" && Number.isInteger(version) && version >= -1;
      if (!isVersion || version === 0) this.fail(`${at}.version`, "must be a version, or -1 for the newest");
      return { name, subject: this.text(json["subject"], `${at}.subject`), version };
    });
  }
}

export interface ReadOptions {
  /** Folders and files that are not there yet are empty, instead of wrong. */
  readonly mayLackFiles?: boolean;
}

/** Reads a config and the schemas it names. @throws UserError that says what is wrong and where */
export async function readSchemaConfig(path: string, options: ReadOptions = {}): Promise<SchemaConfig> {
  const reader: ConfigReader = new ConfigReader(path);
  const text = await readFile(path, "utf8").catch(() =>
    reader.fail("", "can't be read; see docs/codegen.md"),
  );
  const json = reader.object(parse(text, reader), "", ["folders", "files"]);
  const base = dirname(path);
  const folders = Object.entries(reader.object(json["folders"] ?? {}, "folders", undefined)).map(
    ([name, value]): FolderRule => {
      const where = `folders.${name}`;
      const rule = reader.object(value, where, ["subject", "level"]);
      const subject = reader.text(rule["subject"] ?? "{name}", `${where}.subject`);
      if (subject.split("{name}").length !== 2) reader.fail(`${where}.subject`, "must hold {name} once");
      return {
        folder: reader.path(name, where),
        subject,
        level: reader.level(rule["level"], `${where}.level`),
      };
    },
  );
  const found = new Map<string, Omit<SchemaFile, "text">>();
  for (const rule of folders)
    for (const file of await filesOf({ base, reader, ...options }, rule)) found.set(file.file, file);
  for (const [name, value] of Object.entries(reader.object(json["files"] ?? {}, "files", undefined))) {
    const where = `files.${name}`;
    const own = reader.object(value, where, ["subject", "level", "references"]);
    const file = reader.path(name, where);
    const ruled = found.get(file) ?? ruledBy(folders, file);
    const kind = kindByExtension.get(extname(file));
    if (kind === undefined) reader.fail(where, `must end in ${[...kindByExtension.keys()].join(", ")}`);
    found.set(file, {
      file,
      kind,
      subject: reader.text(own["subject"] ?? ruled?.subject, `${where}.subject`),
      level: reader.level(own["level"], `${where}.level`) ?? ruled?.level,
      references: reader.references(own["references"], `${where}.references`),
    });
  }
  if (found.size > FILES_MAX) reader.fail("", `has more than ${FILES_MAX} schemas`);
  const files = await Promise.all(
    [...found.values()].map((file) => withText({ base, reader, ...options }, file)),
  );
  return { base, folders, files: ordered(files, reader) };
}

function parse(text: string, reader: ConfigReader): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return reader.fail("", error instanceof Error ? error.message : "is no JSON");
  }
}

/** Where files are read, and who says what is wrong with them. */
interface Place extends ReadOptions {
  readonly base: string;
  readonly reader: ConfigReader;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";

async function filesOf(
  { base, reader, mayLackFiles }: Place,
  { folder, subject, level }: FolderRule,
): Promise<Omit<SchemaFile, "text">[]> {
  const names = await readdir(join(base, folder)).catch((error: unknown): string[] => {
    if (mayLackFiles === true && isMissing(error)) return [];
    return reader.fail(`folders.${folder}`, "can't be read");
  });
  return names.sort().flatMap((name) => {
    const kind = kindByExtension.get(extname(name));
    if (kind === undefined || name === "tideline.schemas.json") return [];
    const own = subjectIn(subject, name);
    return [{ file: posix.join(folder, name), subject: own, kind, level, references: [] }];
  });
}

const subjectIn = (subject: string, name: string): string =>
  subject.replace("{name}", () => basename(name, extname(name)));

/** What a folder's rule says of a file of it, which need not be there yet. */
function ruledBy(
  folders: readonly FolderRule[],
  file: string,
): Pick<SchemaFile, "subject" | "level"> | undefined {
  const rule = folders.findLast(({ folder }) => posix.dirname(file) === folder);
  return rule && { subject: subjectIn(rule.subject, posix.basename(file)), level: rule.level };
}

async function withText(
  { base, reader, mayLackFiles }: Place,
  file: Omit<SchemaFile, "text">,
): Promise<SchemaFile> {
  const text = await readFile(join(base, file.file), "utf8").catch((error: unknown): string => {
    if (mayLackFiles === true && isMissing(error)) return "";
    return reader.fail(file.file, "can't be read");
  });
  if (Buffer.byteLength(text) > TEXT_BYTES_MAX) reader.fail(file.file, `is over ${TEXT_BYTES_MAX} bytes`);
  return { ...file, text };
}

/** In an order in which each can be registered. */
function ordered(files: readonly SchemaFile[], reader: ConfigReader): SchemaFile[] {
  const byFile = new Map(files.map((file) => [file.file, file]));
  const bySubject = new Map<string, string>();
  for (const { file, subject } of files) {
    const other = bySubject.get(subject);
    if (other !== undefined) reader.fail(file, `is the subject ${subject}, as ${other} is`);
    bySubject.set(subject, file);
  }
  const sorted = new Set<SchemaFile>();
  const open = new Set<SchemaFile>();
  const visit = (file: SchemaFile): void => {
    if (sorted.has(file)) return;
    if (open.has(file)) reader.fail(file.file, "refers to itself, directly or not");
    open.add(file);
    for (const reference of file.references) {
      if (!("file" in reference)) continue;
      const target = byFile.get(reference.file);
      if (target === undefined)
        reader.fail(file.file, `refers to ${reference.file}, which the config does not name`);
      visit(target);
    }
    sorted.add(file);
  };
  for (const file of [...files].sort((one, other) => (one.file < other.file ? -1 : 1))) visit(file);
  return [...sorted];
}

/** References as the registry takes them: those to files are to the newest version of their subjects. */
export function referencesOf(
  file: SchemaFile,
  { files }: Pick<SchemaConfig, "files">,
): { name: string; subject: string; version: number }[] {
  return file.references.map((reference) => {
    if (!("file" in reference)) return reference;
    const target = files.find((one) => one.file === reference.file);
    return { name: reference.name, subject: target?.subject ?? "", version: -1 };
  });
}
