import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Command } from "commander";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  type CheckSchemaResponse,
  RegistryService,
} from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { SchemaReference } from "../../gen/ts/tideline/registry/v1/schema_pb.js";
import { CompatibilityLevel, ConfigSchema } from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { Outcome } from "../../gen/ts/tideline/registry/v1/verdict_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { exitCodes, failureLine } from "../failure.js";
import { answerLines } from "../schemas/answer-lines.js";
import { pulledFiles } from "../schemas/pull.js";
import { readSchemaConfig, type SchemaConfig, type SchemaFile } from "../schemas/schema-config.js";
import { newestOf, type Registry, SchemaSources } from "../schemas/schema-source.js";
import { safeText } from "../show/table.js";
import { UserError } from "../target.js";

interface Flags {
  readonly config: string;
}

const TEXT_MAX = 500;

/** `tideline schema`: a folder of schemas, as it is kept in git, and the registry. */
export function addSchemaFilesCommands(program: Command, context: CommandContext): void {
  const schema = program
    .command("schema")
    .description("Keeps a folder of .avsc, .json and .proto files and the registry in step.");
  const registry = (): Registry => context.client(RegistryService, "admin");
  const add = (
    name: string,
    description: string,
    act: (config: SchemaConfig, flags: Flags) => Promise<void>,
  ) =>
    schema
      .command(name)
      .description(description)
      .option("-c, --config <file>", "which files are which subjects", "tideline.schemas.json")
      .action(async (flags: Flags) => act(await readSchemaConfig(flags.config), flags));
  add("lint", "Reads every file by the rules of its language; needs no server.", lint);
  add("check", "Asks the registry whether each file may be registered; changes nothing.", async (config) => {
    if (!(await checkAll(config, registry()))) process.exitCode = exitCodes.failed;
  });
  add("diff", "Says how each file differs from the newest version.", (config) => diff(config, registry()));
  add("push", "Checks all files, then sets levels and registers them.", (config) => push(config, registry()));
  add("pull", "Writes the newest versions into the folder.", (config) => pull(config, registry()));
}

const say = (file: string, text: string): void => console.log(`${file}: ${safeText(text, TEXT_MAX)}`);

/** Runs something for each file; those that fail are told, and fail the command at the end. */
async function forEach(
  { files }: SchemaConfig,
  act: (file: SchemaFile) => Promise<boolean>,
): Promise<boolean> {
  let isFine = true;
  for (const file of files) {
    try {
      isFine = (await act(file)) && isFine;
    } catch (error) {
      // Without a server there is nothing to say of the other files.
      const isAway = error instanceof ConnectError && error.code === Code.Unavailable;
      if (isAway || (error instanceof ConnectError && error.code === Code.Unauthenticated)) throw error;
      say(file.file, failureLine(error, "the registry"));
      isFine = false;
    }
  }
  return isFine;
}

async function lint(config: SchemaConfig): Promise<void> {
  const { requireConditions } = await import("../../registry/require-conditions.js");
  const sources = new SchemaSources(config);
  const isFine = await forEach(config, async (file) => {
    await sources.parseFile(file);
    requireConditions(file.kind, await sources.sourceOf(file), undefined);
    return true;
  });
  const { length } = config.files;
  if (isFine) console.log(length === 1 ? "1 schema, valid" : `${length} schemas, all valid`);
  else process.exitCode = exitCodes.failed;
}

/** References as the registry takes them: those to files are to the newest version of their subjects. */
function referencesOf(file: SchemaFile, { files }: SchemaConfig): Omit<SchemaReference, "$typeName">[] {
  return file.references.map((reference) => {
    if (!("file" in reference)) return reference;
    const target = files.find((one) => one.file === reference.file);
    return { name: reference.name, subject: target?.subject ?? "", version: -1 };
  });
}

async function checkAll(config: SchemaConfig, registry: Registry): Promise<boolean> {
  return await forEach(config, async (file) => {
    const references = referencesOf(file, config);
    const { subject, kind, text, level = CompatibilityLevel.UNSPECIFIED } = file;
    const answer = await registry.checkSchema({ subject, kind, text, references, level }, unary);
    for (const line of answerLines(answer)) say(file.file, line);
    const older = await olderVersion(registry, subject, answer);
    if (older !== undefined)
      say(file.file, `version ${older.newest} is newer: a push brings ${older.version} back`);
    return isTaken(answer);
  });
}

/** The version that a schema is, where it is registered but not the newest one any more. */
async function olderVersion(
  registry: Registry,
  subject: string,
  { isRegistered, schema }: CheckSchemaResponse,
): Promise<{ version: number; newest: number } | undefined> {
  const version = isRegistered ? (schema?.version ?? 0) : 0;
  const newest = version === 0 ? 0 : ((await newestOf(registry, subject))?.version ?? 0);
  return newest > version ? { version, newest } : undefined;
}

const isTaken = ({ outcome, refusal }: CheckSchemaResponse): boolean =>
  outcome === Outcome.COMPATIBLE && refusal === FaultReason.UNSPECIFIED;

async function diff(config: SchemaConfig, registry: Registry): Promise<void> {
  const [{ languageOf }, { Budget }] = await Promise.all([
    import("../../registry/languages.js"),
    import("../../registry/rules/budget.js"),
  ]);
  const sources = new SchemaSources(config, registry);
  const isFine = await forEach(config, async (file) => {
    const newest = await newestOf(registry, file.subject);
    if (newest === undefined) {
      say(file.file, `${file.subject} is new`);
      return true;
    }
    if (newest.kind !== file.kind) throw new UserError("the registry has it in another language");
    const [older, newer] = [await sources.parseSchema(newest), await sources.parseFile(file)];
    const differences = languageOf(file.kind).diff(older, newer, new Budget());
    if (differences.length === 0) {
      const isSame = older.canonical === newer.canonical;
      say(
        file.file,
        isSame ? `as version ${newest.version}` : `differs from version ${newest.version} in its text alone`,
      );
    }
    for (const { change, path, message, breaksBackward, breaksForward } of differences) {
      const breaks = [...(breaksBackward ? ["backward"] : []), ...(breaksForward ? ["forward"] : [])];
      const effect = breaks.length === 0 ? "" : ` (breaks ${breaks.join(" and ")})`;
      say(file.file, `${change} ${path}: ${message}${effect}`);
    }
    return true;
  });
  if (!isFine) process.exitCode = exitCodes.failed;
}

async function push(config: SchemaConfig, registry: Registry): Promise<void> {
  // What refers to files that are new themselves can be checked once they are there: registering checks it again.
  const known = new Set<string>();
  for (const { subject } of config.files) if (await newestOf(registry, subject)) known.add(subject);
  const refersToNew = (file: SchemaFile) =>
    referencesOf(file, config).some(({ subject, version }) => version === -1 && !known.has(subject));
  const checked = { ...config, files: config.files.filter((file) => !refersToNew(file)) };
  if (!(await checkAll(checked, registry))) throw new UserError("nothing was pushed");
  const isFine = await forEach(config, async (file) => {
    const { subject, kind, text, level } = file;
    if (level !== undefined) await setLevel(registry, subject, level);
    const references = referencesOf(file, config);
    const { schema, isNew } = await registry.registerSchema({ subject, kind, text, references }, unary);
    if (isNew)
      say(file.file, `registered as version ${schema?.version} of ${subject}, id ${schema?.schemaId}`);
    const newest = isNew ? undefined : await newestOf(registry, subject);
    if (schema === undefined || newest === undefined || newest.version <= schema.version) return true;
    const back = await registry.rollBackSubject({ subject, version: schema.version }, unary);
    say(file.file, `version ${schema.version} of ${subject} is back as version ${back.schema?.version}`);
    return true;
  });
  if (!isFine) throw new UserError("not all was pushed");
}

async function setLevel(registry: Registry, subject: string, level: CompatibilityLevel): Promise<void> {
  const { own: config = create(ConfigSchema) } = await registry.getConfig({ scope: subject }, unary);
  if (config.level === level) return;
  config.level = level;
  await registry.setConfig({ scope: subject, config }, unary);
  console.log(`${safeText(subject)}: level ${CompatibilityLevel[level]}`);
}

async function pull(config: SchemaConfig, registry: Registry): Promise<void> {
  const { written, unnamed } = await pulledFiles(config, registry);
  for (const { file, text, references } of written) {
    const path = join(config.base, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    const names = references.map(({ name }) => name).join(", ");
    say(file, names === "" ? "written" : `written; what it refers to belongs under files: ${names}`);
  }
  for (const subject of unnamed) say(subject, "can't be the name of a file; name one under files");
  if (unnamed.length > 0) process.exitCode = exitCodes.failed;
  if (written.length === 0) console.log("nothing to write");
}
