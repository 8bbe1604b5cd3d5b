// Whether the files of a folder may be registered. The registry answers for itself; where a file refers to another one
// of the folder that is new or has changed, the registry can't know what that will be: then the same rules are asked
// here, with the folder's texts in the place of what would be registered before.
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { Schema } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import {
  CompatibilityLevel,
  CompatibilityPolicy,
  Mode,
} from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { Outcome } from "../../gen/ts/tideline/registry/v1/verdict_pb.js";
import type { Policy } from "../../registry/rules/language.js";
import type { Level, PreviousVersion, Verdict } from "../../registry/rules/levels.js";
import { unary } from "../client.js";
import { answerLines } from "./answer-lines.js";
import { referencesOf, type SchemaConfig, type SchemaFile } from "./schema-config.js";
import { newestOf, type Registry, SchemaSources } from "./schema-source.js";

/** What would become of a file, in lines for people. */
export interface FileAnswer {
  readonly isTaken: boolean;
  readonly lines: readonly string[];
}

/** One look at a folder; what the registry has is asked once for each subject. */
export class FolderCheck {
  readonly #config: SchemaConfig;
  readonly #registry: Registry;
  readonly #sources: SchemaSources;
  readonly #newest = new Map<string, Promise<Schema | undefined>>();
  readonly #pending = new Map<SchemaFile, Promise<boolean>>();

  constructor(config: SchemaConfig, registry: Registry) {
    this.#config = config;
    this.#registry = registry;
    this.#sources = new SchemaSources(config, registry);
  }

  /** @throws ConnectError; Fault SCHEMA_INVALID */
  async check(file: SchemaFile): Promise<FileAnswer> {
    const pending: string[] = [];
    for (const target of this.#targetsOf(file)) if (await this.#isPending(target)) pending.push(target.file);
    return pending.length === 0 ? await this.#asRegistered(file) : await this.#asPushed(file, pending);
  }

  async #asRegistered(file: SchemaFile): Promise<FileAnswer> {
    const { subject, kind, text, level = CompatibilityLevel.UNSPECIFIED } = file;
    const references = referencesOf(file, this.#config);
    const answer = await this.#registry.checkSchema({ subject, kind, text, references, level }, unary);
    const lines = [...answerLines(answer)];
    const version = answer.isRegistered ? (answer.schema?.version ?? 0) : 0;
    const newest = version === 0 ? 0 : ((await this.#newestOf(subject))?.version ?? 0);
    if (newest > version) lines.push(`version ${newest} is newer: a push brings ${version} back`);
    return {
      isTaken: answer.outcome === Outcome.COMPATIBLE && answer.refusal === FaultReason.UNSPECIFIED,
      lines,
    };
  }

  /** As it would be once the files that it refers to are pushed. */
  async #asPushed(file: SchemaFile, pending: readonly string[]): Promise<FileAnswer> {
    const [{ languageOf }, { checkLevel }, { requireConditions }] = await Promise.all([
      import("../../registry/languages.js"),
      import("../../registry/rules/levels.js"),
      import("../../registry/require-conditions.js"),
    ]);
    const { subject, kind } = file;
    const next = await this.#sources.parseFile(file);
    requireConditions(kind, await this.#sources.sourceOf(file), undefined);
    const mode = (await this.#registry.getMode({ scope: subject }, unary)).effective;
    if (mode !== Mode.READWRITE) {
      return { isTaken: false, lines: [`REGISTRY_MODE_FORBIDS: ${subject} is in mode ${Mode[mode]}`] };
    }
    const { effective } = await this.#registry.getConfig({ scope: subject }, unary);
    const level = CompatibilityLevel[file.level ?? effective?.level ?? 0] as Level;
    const policy: Policy = effective?.policy === CompatibilityPolicy.LENIENT ? "lenient" : "strict";
    const previous = await this.#previousOf(subject, level);
    const verdict = checkLevel({ language: languageOf(kind), level, policy, previous, next });
    const last = previous.at(-1)?.version ?? 0;
    return {
      isTaken: verdict.outcome === "compatible",
      lines: linesOf(verdict, { level, last, pending }),
    };
  }

  async #previousOf(subject: string, level: Level): Promise<PreviousVersion[]> {
    const newest = await this.#newestOf(subject);
    if (newest === undefined) return [];
    const schemas = level.endsWith("_TRANSITIVE") ? await this.#versionsOf(subject) : [newest];
    const previous: PreviousVersion[] = [];
    for (const schema of schemas)
      previous.push({ version: schema.version, schema: await this.#sources.parseSchema(schema) });
    return previous;
  }

  async #versionsOf(subject: string): Promise<Schema[]> {
    const schemas: Schema[] = [];
    for (let pageToken = ""; ; ) {
      const page = await this.#registry.listVersions({ subject, pageSize: 1_000, pageToken }, unary);
      schemas.push(...page.schemas);
      pageToken = page.nextPageToken;
      if (pageToken === "") return schemas.sort((one, other) => one.version - other.version);
    }
  }

  #targetsOf({ references }: SchemaFile): SchemaFile[] {
    return references.flatMap((reference) => {
      if (!("file" in reference)) return [];
      const target = this.#config.files.find(({ file }) => file === reference.file);
      return target === undefined ? [] : [target];
    });
  }

  /** Whether a push makes another version the newest, so that what refers to the file refers to that one. */
  #isPending(file: SchemaFile): Promise<boolean> {
    const known = this.#pending.get(file);
    if (known !== undefined) return known;
    const asked = this.#isOther(file);
    this.#pending.set(file, asked);
    return asked;
  }

  async #isOther(file: SchemaFile): Promise<boolean> {
    // Files refer to files before them alone, so that this ends.
    for (const target of this.#targetsOf(file)) if (await this.#isPending(target)) return true;
    const newest = await this.#newestOf(file.subject);
    if (newest === undefined || newest.kind !== file.kind) return true;
    const [own, registered] = [await this.#sources.parseFile(file), await this.#sources.parseSchema(newest)];
    return own.canonical !== registered.canonical;
  }

  #newestOf(subject: string): Promise<Schema | undefined> {
    const known = this.#newest.get(subject);
    if (known !== undefined) return known;
    const asked = newestOf(this.#registry, subject);
    this.#newest.set(subject, asked);
    return asked;
  }
}

function linesOf(
  { outcome, findings, compared }: Verdict,
  { level, last, pending }: { level: Level; last: number; pending: readonly string[] },
): string[] {
  const against = compared.length === 0 ? "" : `, compared with version ${compared.join(", ")}`;
  const verdict = `${outcome} (${level}${against}), with ${pending.join(", ")} as it is here`;
  return [
    outcome === "compatible" ? `${verdict}; would be version ${last + 1}` : verdict,
    ...findings.flatMap(({ rule, path, message, version, direction, witness }) => [
      `  ${rule} ${path} (${direction}, version ${version}): ${message}`,
      ...(witness === undefined ? [] : [`    such as ${witness.json}: ${witness.rejection}`]),
    ]),
  ];
}
