// Registers the files of a folder, what is referred to first, and says what was done however far it came.
import { create } from "@bufbuild/protobuf";
import { CompatibilityLevel, ConfigSchema } from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { unary } from "../client.js";
import { failureLine } from "../failure.js";
import { safeText } from "../show/table.js";
import { UserError } from "../target.js";
import { isFatal, say } from "./say.js";
import { referencesOf, type SchemaConfig, type SchemaFile } from "./schema-config.js";
import { newestOf, type Registry } from "./schema-source.js";

/**
 * Pushes files that were checked. A file that is registered already is left as it is, so that a push that was stopped
 * is gone on with by another one. @throws UserError where not all was pushed
 */
export async function pushFiles(config: SchemaConfig, registry: Registry): Promise<void> {
  const failed = new Set<string>();
  const done: string[] = [];
  let fatal: string | undefined;
  for (const file of config.files) {
    const missing = file.references.find((reference) => "file" in reference && failed.has(reference.file));
    if (missing !== undefined && "file" in missing && fatal === undefined)
      say(file.file, `not pushed: it refers to ${missing.file}`);
    if (missing !== undefined || fatal !== undefined) {
      failed.add(file.file);
      continue;
    }
    try {
      await pushFile(file, config, registry);
      done.push(file.file);
    } catch (error) {
      failed.add(file.file);
      const line = failureLine(error, "the registry");
      say(file.file, `not pushed: ${line}`);
      if (isFatal(error)) fatal = line;
    }
  }
  if (failed.size === 0) return;
  console.log(
    `as in the folder now: ${done.length === 0 ? "none" : done.map((file) => safeText(file)).join(", ")}`,
  );
  console.log(`not pushed: ${[...failed].map((file) => safeText(file)).join(", ")}`);
  const why = fatal === undefined ? "" : `: ${fatal}`;
  throw new UserError(`not all was pushed${why}; another push goes on from here`);
}

async function pushFile(file: SchemaFile, config: SchemaConfig, registry: Registry): Promise<void> {
  const { subject, kind, text, level } = file;
  if (level !== undefined) await setLevel(registry, subject, level);
  const references = referencesOf(file, config);
  const { schema, isNew } = await registry.registerSchema({ subject, kind, text, references }, unary);
  if (isNew) {
    say(file.file, `registered as version ${schema?.version} of ${subject}, id ${schema?.schemaId}`);
    return;
  }
  const newest = await newestOf(registry, subject);
  if (schema === undefined || newest === undefined || newest.version <= schema.version) return;
  const back = await registry.rollBackSubject({ subject, version: schema.version }, unary);
  say(file.file, `version ${schema.version} of ${subject} is back as version ${back.schema?.version}`);
}

async function setLevel(registry: Registry, subject: string, level: CompatibilityLevel): Promise<void> {
  const { own: config = create(ConfigSchema) } = await registry.getConfig({ scope: subject }, unary);
  if (config.level === level) return;
  config.level = level;
  await registry.setConfig({ scope: subject, config }, unary);
  console.log(`${safeText(subject)}: level ${CompatibilityLevel[level]}`);
}
