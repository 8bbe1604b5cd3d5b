import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { RegistryService } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { CommandContext } from "../context.js";
import { exitCodes, failureLine } from "../failure.js";
import { FolderCheck } from "../schemas/folder-check.js";
import { pulledFiles } from "../schemas/pull.js";
import { pushFiles } from "../schemas/push.js";
import { isFatal, say } from "../schemas/say.js";
import {
  type ReadOptions,
  readSchemaConfig,
  type SchemaConfig,
  type SchemaFile,
} from "../schemas/schema-config.js";
import { newestOf, type Registry, SchemaSources } from "../schemas/schema-source.js";
import { UserError } from "../target.js";

interface Flags {
  readonly config: string;
}

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
    options: ReadOptions = {},
  ) =>
    schema
      .command(name)
      .description(description)
      .option("-c, --config <file>", "which files are which subjects", "tideline.schemas.json")
      .action(async (flags: Flags) => act(await readSchemaConfig(flags.config, options), flags));
  add("lint", "Reads every file by the rules of its language; needs no server.", lint);
  add("check", "Asks the registry whether each file may be registered; changes nothing.", async (config) => {
    if (!(await checkAll(config, registry()))) process.exitCode = exitCodes.failed;
  });
  add("diff", "Says how each file differs from the newest version.", (config) => diff(config, registry()));
  add("push", "Checks all files, then sets levels and registers them.", (config) => push(config, registry()));
  add("pull", "Writes the newest versions into the folder.", (config) => pull(config, registry()), {
    mayLackFiles: true,
  });
}

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
      if (isFatal(error)) throw error;
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

async function checkAll(config: SchemaConfig, registry: Registry): Promise<boolean> {
  const folder = new FolderCheck(config, registry);
  return await forEach(config, async (file) => {
    const { isTaken, lines } = await folder.check(file);
    for (const line of lines) say(file.file, line);
    return isTaken;
  });
}

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
  if (!(await checkAll(config, registry))) throw new UserError("nothing was pushed");
  await pushFiles(config, registry);
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
