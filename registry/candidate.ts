// A schema that somebody sent, made ready to be compared with what the registry has.
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import type { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../platform/fault.js";
import { effectiveConfig, effectiveMode } from "./effective.js";
import { type Fingerprints, fingerprintsOf } from "./fingerprint.js";
import { languageOf, type ParsedSchemas } from "./languages.js";
import type { KnownSchema, RegistryView, VersionHeader, VersionKey } from "./ports.js";
import type {
  Mode,
  RuleSet,
  SchemaContent,
  SchemaInput,
  SchemaMetadata,
  SchemaReference,
  VersionRecord,
} from "./records.js";
import type { EffectiveConfig, NormalizeOption } from "./registry.js";
import { requireConditions } from "./require-conditions.js";
import { resolveReferences } from "./resolve-references.js";
import { requireRuleSet } from "./rule-set.js";
import type { ParsedSchema } from "./rules/language.js";
import { schemaLimits } from "./rules/text-bounds.js";
import { type SubjectName, subjectText } from "./subject-name.js";

/** What the registry knows of a subject when it looks at a schema for it. */
export interface SubjectState {
  readonly name: SubjectName;
  readonly config: EffectiveConfig;
  readonly mode: Mode;
  /** All versions from the first, soft-deleted ones too. */
  readonly headers: readonly VersionHeader[];
  readonly live: readonly VersionHeader[];
  /** What its context knows of the guid that was asked for with it. */
  readonly known: KnownSchema & { readonly guid: string | undefined };
  /** See `SubjectRows.seen`. */
  readonly seen: string;
}

/** @param guid Of the schema that is looked for, where it can be told before. */
export async function readSubject(
  view: RegistryView,
  name: SubjectName,
  guid?: string,
  texts: "newest" | "all" = "newest",
): Promise<SubjectState> {
  const { settings, headers, known, seen } = await view.subject(name, guid, texts);
  return {
    name,
    config: effectiveConfig(settings),
    mode: effectiveMode(settings),
    headers,
    live: headers.filter(({ deleted }) => !deleted),
    known: { ...known, guid },
    seen,
  };
}

export interface Candidate extends Fingerprints {
  readonly kind: SchemaKind;
  /** Canonical, or normalized. */
  readonly text: string;
  readonly references: readonly SchemaReference[];
  readonly leadsTo: readonly VersionKey[];
  readonly metadata: SchemaMetadata | undefined;
  readonly ruleSet: RuleSet | undefined;
  /** The metadata and rules that it came with, and nothing from elsewhere. */
  readonly own: Pick<SchemaInput, "metadata" | "ruleSet">;
  /** Known by its key: what has the same reads the same. */
  readonly key: string;
  readonly parsed: ParsedSchema;
}

/**
 * Parses a schema as its subject is configured, and fills in what it leaves out.
 * @throws Fault SCHEMA_INVALID, SCHEMA_TOO_LARGE, SCHEMA_REFERENCE_NOT_FOUND, RULE_SET_INVALID
 */
export async function readCandidate(
  view: RegistryView,
  parsedSchemas: ParsedSchemas,
  state: SubjectState,
  { input, normalize }: { input: SchemaInput } & NormalizeOption,
): Promise<Candidate> {
  const { name, config, mode } = state;
  requireRuleSet(input.ruleSet);
  const latest = await latestIfNeeded(view, state, input);
  const { kind, text, references: given } = withText(input, latest, name);
  const bytes = Buffer.byteLength(text);
  if (bytes > schemaLimits.bytes) {
    const limit = `${schemaLimits.bytes} bytes`;
    throw new Fault(FaultReason.SCHEMA_TOO_LARGE, `the schema is over ${limit}`, { limit });
  }
  const isNormal = mode !== "IMPORT" && (normalize === true || config.normalize === true);
  const resolved = await resolveReferences(view, name.context, given, "live");
  const { key, parsed } = parsedSchemas.parse(
    kind,
    { text, references: resolved.closure },
    { allowsInvalidDefaults: config.validateNewSchemas === false },
  );
  const references = isNormal ? sortedReferences(resolved.references) : resolved.references;
  const { metadata, ruleSet } = filledIn(input, latest, config);
  requireConditions(kind, { text, references: resolved.closure }, ruleSet);
  const identity = {
    kind,
    text: isNormal ? languageOf(kind).normalized(parsed) : parsed.canonical,
    references,
    metadata,
    ruleSet,
  };
  return {
    ...identity,
    ...fingerprintsOf(identity),
    leadsTo: resolved.leadsTo,
    own: { metadata: input.metadata, ruleSet: input.ruleSet },
    key,
    parsed,
  };
}

/**
 * The guid that a schema most likely gets, told by itself alone; undefined where that takes more than its text. What
 * is wrong with it is for `readCandidate` to say.
 */
export function likelyGuid(
  parsedSchemas: ParsedSchemas,
  { kind, text, references = [], metadata, ruleSet }: SchemaInput,
  normalize: boolean | undefined,
): string | undefined {
  if (text === "" || references.length > 0 || Buffer.byteLength(text) > schemaLimits.bytes) return undefined;
  try {
    const { parsed } = parsedSchemas.parse(kind, { text, references: [] });
    const canonical = normalize === true ? languageOf(kind).normalized(parsed) : parsed.canonical;
    return fingerprintsOf({ kind, text: canonical, references, metadata, ruleSet }).guid;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/** The newest live version, where the schema takes something from it. */
async function latestIfNeeded(
  view: RegistryView,
  { name, live }: SubjectState,
  { text, metadata, ruleSet }: SchemaInput,
): Promise<VersionRecord | undefined> {
  const newest = live.at(-1);
  if (newest === undefined) return undefined;
  const isWhole = text !== "" && (!newest.hasMore || (metadata !== undefined && ruleSet !== undefined));
  if (isWhole) return undefined;
  return (await view.records(name, [newest]))[0];
}

/** A schema without a text is the newest one with other metadata or rules. */
function withText(
  { kind, text, references = [] }: SchemaInput,
  latest: VersionRecord | undefined,
  name: SubjectName,
): Pick<SchemaContent, "kind" | "text" | "references"> {
  if (text !== "") return { kind, text, references };
  if (latest !== undefined) return latest;
  throw new Fault(
    FaultReason.SCHEMA_INVALID,
    `the schema is empty, and ${subjectText(name)} has no version to take it from`,
  );
}

function sortedReferences(references: readonly SchemaReference[]): SchemaReference[] {
  const keyed = new Map(references.map((it) => [JSON.stringify([it.name, it.subject, it.version]), it]));
  return [...keyed].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, reference]) => reference);
}

/** The property by which a version of the same text as another one is told apart. */
export const versionProperty = "confluent:version";

/** Metadata and rules: the subject's own defaults, what was given or else the newest version has, what overrides. */
function filledIn(
  input: SchemaInput,
  latest: VersionRecord | undefined,
  config: EffectiveConfig,
): Pick<SchemaInput, "metadata" | "ruleSet"> {
  const metadata = [
    config.defaultMetadata,
    input.metadata ?? inherited(latest?.metadata),
    config.overrideMetadata,
  ].filter((it) => it !== undefined);
  const ruleSets = [config.defaultRuleSet, input.ruleSet ?? latest?.ruleSet, config.overrideRuleSet].filter(
    (it) => it !== undefined,
  );
  return {
    metadata: metadata.length === 0 ? undefined : metadata.reduce(mergedMetadata),
    ruleSet: ruleSets.length === 0 ? undefined : ruleSets.reduce(mergedRules),
  };
}

/** What a version hands on: all but the number that told it apart. */
function inherited(metadata: SchemaMetadata | undefined): SchemaMetadata | undefined {
  if (metadata?.properties?.[versionProperty] === undefined) return metadata;
  const { properties, ...others } = metadata;
  const { [versionProperty]: _number, ...kept } = properties;
  if (Object.keys(kept).length > 0) return { ...others, properties: kept };
  return Object.keys(others).length > 0 ? others : undefined;
}

function mergedMetadata(wide: SchemaMetadata, narrow: SchemaMetadata): SchemaMetadata {
  const tags = { ...wide.tags, ...narrow.tags };
  const properties = { ...wide.properties, ...narrow.properties };
  const sensitive = [...new Set([...(wide.sensitive ?? []), ...(narrow.sensitive ?? [])])];
  return {
    ...(wide.tags || narrow.tags ? { tags } : {}),
    ...(wide.properties || narrow.properties ? { properties } : {}),
    ...(wide.sensitive || narrow.sensitive ? { sensitive } : {}),
  };
}

/** Rules of one name: the later set's. */
function mergedRules(wide: RuleSet, narrow: RuleSet): RuleSet {
  const lists = (["migrationRules", "domainRules", "encodingRules"] as const).flatMap((list) => {
    const rules = [...(wide[list] ?? []), ...(narrow[list] ?? [])];
    const byName = new Map(rules.map((rule) => [rule.name, rule]));
    return wide[list] || narrow[list] ? [[list, [...byName.values()]] as const] : [];
  });
  const enableAt = narrow.enableAt ?? wide.enableAt;
  return { ...Object.fromEntries(lists), ...(enableAt === undefined ? {} : { enableAt }) };
}
