// What registering a schema would do, found out in the order of registry.md 1.6: the one way for registering, for its
// dry run and for checks.
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../platform/fault.js";
import {
  type Candidate,
  readCandidate,
  readSubject,
  type SubjectState,
  versionProperty,
} from "./candidate.js";
import { isReadOnly } from "./effective.js";
import { findExisting } from "./find-existing.js";
import { fingerprintsOf } from "./fingerprint.js";
import { Incompatible } from "./incompatible.js";
import type { JudgedQuestion, Judgement } from "./judge.js";
import type { ParsedSchemas } from "./languages.js";
import type { RegistryView, VersionHeader } from "./ports.js";
import type { SchemaInput } from "./records.js";
import { modeForbids, nothingLeft, versionNotFound, versionNotNext } from "./refusals.js";
import type { CheckAnswer, CheckOptions, RegisterOptions, VersionChoice } from "./registry.js";
import { requireSchemaVer } from "./rules/schema-ver.js";
import { type SubjectName, subjectText } from "./subject-name.js";

export interface PlanRequest {
  readonly name: SubjectName;
  readonly input: SchemaInput;
  readonly options: RegisterOptions & CheckOptions;
  /** Whether a schema that the subject has already is compared all the same. */
  readonly comparesExisting: boolean;
  /** The schema's guid, where it is known or likely: what its context knows of it is read together with the subject. */
  readonly guid: string | undefined;
}

export interface Plan {
  readonly state: SubjectState;
  readonly candidate: Candidate;
  /** The live version that holds it already. */
  readonly existing?: VersionHeader;
  readonly judgement: Judgement;
  /** What it has, or would get. */
  readonly schemaId: number;
  readonly version: number;
  /** The SchemaVer that it has, or is found to be; empty for none. */
  readonly schemaVer: string;
  /** Whether the schema has that id already. */
  readonly isKnown: boolean;
  /** Whether another id of the context has the same schema. */
  readonly isTwin: boolean;
}

/** How a plan gets at its verdict: by comparing, or under the lock by looking it up. */
export type JudgeQuestion = (question: JudgedQuestion) => Judgement | Promise<Judgement>;

/** Nothing is refused here for what only registering asks: see `requirePlan`. */
export async function plan(
  view: RegistryView,
  parsedSchemas: ParsedSchemas,
  request: PlanRequest,
  judge: JudgeQuestion,
): Promise<Plan> {
  const { name, input, options } = request;
  // A SchemaVer is found by comparing with all versions of a revision.
  const texts = options.withoutSchemaVer === true ? "newest" : "all";
  const asItIs = await readSubject(view, name, request.guid, texts);
  const state =
    options.level === undefined ? asItIs : { ...asItIs, config: { ...asItIs.config, level: options.level } };
  const read = await readCandidate(view, parsedSchemas, state, { input, normalize: options.normalize });
  const found = await findExisting(view, parsedSchemas, { state, candidate: read }, "live");
  const existing = acceptable(found, state, input);
  const candidate = existing === undefined ? toldApart(read, state, input) : read;
  let judgement = nothingCompared;
  if (existing === undefined || request.comparesExisting) {
    const against = options.against ?? (input.version === -1 ? "latest" : undefined);
    const versions = await versionsToCompare(view, { state, candidate }, against);
    judgement = await judge({ state, candidate, versions, isNumbered: options.withoutSchemaVer !== true });
  }
  const planned = { state, candidate, judgement };
  if (existing !== undefined) {
    const { schemaId, version, schemaVer } = existing;
    return { ...planned, existing, schemaId, version, schemaVer, isKnown: true, isTwin: false };
  }
  const { guid } = candidate;
  const known = state.known.guid === guid ? state.known : await view.known(name.context, guid);
  const next = (state.headers.at(-1)?.version ?? 0) + 1;
  const { schemaId: askedId = 0, version: askedVersion = 0 } = input;
  const schemaId = askedId > 0 ? askedId : known.schemaId > 0 ? known.schemaId : known.lastId + 1;
  return {
    ...planned,
    schemaId,
    version: state.mode === "IMPORT" && askedVersion > 0 ? askedVersion : next,
    schemaVer: judgement.schemaVer?.schemaVer ?? "",
    isKnown: schemaId === known.schemaId,
    isTwin: known.schemaId > 0 && schemaId !== known.schemaId,
  };
}

/** The greatest id and version that there is. */
const NUMBER_MAX = 2_147_483_647;

const nothingCompared: Judgement = {
  outcome: "compatible",
  findings: [],
  compared: [],
  versions: [],
  schemaVer: undefined,
  newestSchemaVer: "",
};

/** The version that was found, unless another number or id is asked for. */
function acceptable(
  found: VersionHeader | undefined,
  { live }: SubjectState,
  { version = 0, schemaId = 0 }: SchemaInput,
): VersionHeader | undefined {
  if (found === undefined) return undefined;
  if (version > 0 && version !== found.version) return undefined;
  if (version === -1 && live.at(-1)?.version !== found.version) return undefined;
  return schemaId <= 0 || schemaId === found.schemaId ? found : undefined;
}

/** A version that is asked for by its number gets a mark where its text is that of another one. */
function toldApart(
  candidate: Candidate,
  { live, mode }: SubjectState,
  { version = 0 }: SchemaInput,
): Candidate {
  if (version <= 0 || mode === "IMPORT" || !live.some(({ guid }) => guid === candidate.guid))
    return candidate;
  const { metadata } = candidate;
  const marked = { ...metadata, properties: { ...metadata?.properties, [versionProperty]: String(version) } };
  return { ...candidate, metadata: marked, ...fingerprintsOf({ ...candidate, metadata: marked }) };
}

/**
 * The one that is asked for, else those of the level, ascending; of a subject that groups its versions by a property
 * of their metadata, those with the same value of it.
 * @throws Fault SCHEMA_VERSION_NOT_FOUND
 */
export async function versionsToCompare(
  view: RegistryView,
  { state, candidate }: Pick<Plan, "state" | "candidate">,
  against: VersionChoice | undefined,
): Promise<readonly number[]> {
  const { level, compatibilityGroup: group } = state.config;
  let numbers = state.live.map(({ version }) => version);
  if (typeof against === "number") {
    if (!numbers.includes(against)) throw versionNotFound(subjectText(state.name), against);
    return level === "NONE" ? [] : [against];
  }
  if (level === "NONE") return [];
  if (group !== undefined) {
    const value = candidate.metadata?.properties?.[group];
    const records = await view.records(state.name, state.live);
    numbers = records
      .filter(({ metadata }) => metadata?.properties?.[group] === value)
      .map(({ version }) => version);
  }
  return against === "latest" || !level.endsWith("_TRANSITIVE") ? numbers.slice(-1) : numbers;
}

/** What a check answers. */
export function answerOf({ state, candidate, judgement, ...plan }: Plan): CheckAnswer {
  const { level, policy } = state.config;
  const { outcome, findings, versions } = judgement;
  const { kind, text, references, guid } = candidate;
  return {
    outcome,
    isCompatible: outcome === "compatible",
    findings,
    level,
    policy,
    compared: versions,
    references,
    kind,
    text,
    guid,
    schemaId: Math.min(plan.schemaId, NUMBER_MAX),
    version: Math.min(plan.version, NUMBER_MAX),
    isRegistered: plan.existing !== undefined,
    schemaVer: plan.schemaVer,
  };
}

/** The SchemaVer that registering gives. @throws Fault SCHEMA_VER_WRONG */
export function schemaVerOf({ judgement }: Plan, { schemaVer = "" }: SchemaInput): string {
  return requireSchemaVer(schemaVer, judgement.schemaVer, judgement.newestSchemaVer);
}

/**
 * Refuses what must not be registered. A schema that its subject has already is never refused.
 * @throws Incompatible, Fault REGISTRY_MODE_FORBIDS, SCHEMA_VERSION_NOT_NEXT, SCHEMA_VER_WRONG
 */
export function requirePlan(plan: Plan, { input, options }: PlanRequest): void {
  const { state, judgement } = plan;
  if (plan.existing !== undefined) return;
  const subject = subjectText(state.name);
  const { mode } = state;
  if (isReadOnly(mode)) throw modeForbids(subject, mode);
  const isImport = mode === "IMPORT";
  const hasId = (input.schemaId ?? 0) > 0;
  if (isImport !== hasId) {
    const message = isImport
      ? `Subject ${subject} is in import mode: a schema needs its id`
      : `Subject ${subject} is not in import mode: a schema gets its id from the registry`;
    throw new Fault(FaultReason.REGISTRY_MODE_FORBIDS, message, { subject, mode });
  }
  const { version = 0 } = input;
  if (!isImport && version > 0 && version !== plan.version) throw versionNotNext(version, plan.version);
  if (isImport && state.headers.some((it) => it.version === plan.version))
    throw versionNotNext(plan.version, (state.headers.at(-1)?.version ?? 0) + 1);
  if (plan.version > NUMBER_MAX) throw nothingLeft("version", subject);
  if (plan.schemaId > NUMBER_MAX) throw nothingLeft("id", state.name.context);
  const mayDiffer = isImport || options.force === true || judgement.outcome === "compatible";
  if (!mayDiffer) throw new Incompatible(answerOf(plan));
  schemaVerOf(plan, input);
}
