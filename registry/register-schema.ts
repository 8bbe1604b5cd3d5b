import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../platform/fault.js";
import { likelyGuid } from "./candidate.js";
import { Incompatible } from "./incompatible.js";
import { jsonChanges } from "./json-changes.js";
import { Judge, Unjudged } from "./judge.js";
import type { ParsedSchemas } from "./languages.js";
import { answerOf, type Plan, type PlanRequest, plan, requirePlan, schemaVerOf } from "./plan.js";
import type { RegistryStore, RegistryWriter } from "./ports.js";
import type { Caller, SchemaInput, VersionRecord } from "./records.js";
import type { CheckAnswer, CheckOptions, RegisterOptions, Registration } from "./registry.js";
import { parseSubject } from "./subject-name.js";

/** What the use cases stand on. */
export interface RegistryPorts {
  readonly store: RegistryStore;
  readonly parsed: ParsedSchemas;
}

/** How often a verdict is found anew because others were faster; then it is found under the lock. */
const attemptsMax = 5;

/** See `SchemaUse.check`. */
export async function checkSchema(
  { store, parsed }: RegistryPorts,
  caller: Caller,
  request: { readonly subject: string; readonly input: SchemaInput; readonly options: CheckOptions },
): Promise<CheckAnswer> {
  const view = store.view(caller.projectId);
  const judge = new Judge(parsed);
  const { input, options } = request;
  const name = parseSubject(request.subject);
  const guid = likelyGuid(parsed, input, options.normalize);
  const planned = { input, options, name, comparesExisting: true, guid };
  const found = await plan(view, parsed, planned, (question) => judge.judge(view, question));
  const refusal = refusalOf(found, planned);
  const changes = options.withoutSchemaVer === true ? [] : await jsonChanges(view, parsed, found);
  return {
    ...answerOf(found),
    ...(refusal === undefined ? {} : { refusal }),
    ...(changes.length === 0 ? {} : { jsonChanges: changes }),
  };
}

function refusalOf(found: Plan, request: PlanRequest): Fault | undefined {
  try {
    requirePlan(found, request);
    return undefined;
  } catch (error) {
    if (error instanceof Incompatible) return undefined;
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** See `SchemaUse.register`. */
export async function registerSchema(
  { store, parsed }: RegistryPorts,
  caller: Caller,
  {
    subject,
    ...request
  }: { readonly subject: string; readonly input: SchemaInput; readonly options: RegisterOptions },
): Promise<Registration> {
  const view = store.view(caller.projectId);
  const judge = new Judge(parsed);
  const { input, options } = request;
  const guid = likelyGuid(parsed, input, options.normalize);
  const planned = { ...request, name: parseSubject(subject), comparesExisting: false, guid };
  for (let attempt = 1; ; attempt++) {
    const before = await plan(view, parsed, planned, (question) => judge.judge(view, question));
    requirePlan(before, planned);
    if (before.existing !== undefined) {
      const [schema] = await view.records(planned.name, [before.existing]);
      if (schema !== undefined) return { schema, isNew: false };
      continue;
    }
    const known = attempt > attemptsMax ? undefined : judge;
    const done =
      known !== undefined && isPlain(before)
        ? await registerAtOnce(store, caller, before, schemaVerOf(before, input))
        : await registerAgain(
            { store, parsed, caller },
            { ...planned, guid: before.candidate.guid },
            {
              contexts: before.candidate.leadsTo.map(({ context }) => context),
              judge: known,
            },
          );
    if (done !== undefined) return done;
  }
}

/**
 * Whether the plan stands on nothing but its subject's settings and versions, and adds nothing but a version. An id
 * that is asked for, references and hidden versions of the same schema take more.
 */
function isPlain({ state: { mode, headers }, candidate: { guid, leadsTo } }: Plan): boolean {
  if (mode === "IMPORT" || leadsTo.length > 0) return false;
  return !headers.some((header) => header.deleted && header.guid === guid);
}

/** Undefined where the subject has changed meanwhile. */
async function registerAtOnce(
  store: RegistryStore,
  caller: Caller,
  { state: { name, seen }, candidate, version }: Plan,
  schemaVer: string,
): Promise<Registration | undefined> {
  const { guid, body } = candidate;
  const planned = { ...name, seen, guid, body, content: candidate, version, schemaVer };
  const schema = await store.register(caller, planned);
  return schema === undefined ? undefined : { schema, isNew: true };
}

/** Plans once more under the locks; undefined where another verdict is asked for than those that `judge` has found. */
function registerAgain(
  { store, parsed, caller }: RegistryPorts & { readonly caller: Caller },
  request: PlanRequest,
  { contexts, judge }: { readonly contexts: readonly string[]; readonly judge: Judge | undefined },
): Promise<Registration | undefined> {
  return store.write(caller, { context: request.name.context, contexts }, (writer) =>
    registerLocked({ writer, parsed, caller }, request, judge),
  );
}

/**
 * The same plan on what is there now, and its changes; undefined where its verdict is to be found first. Without a
 * `judge` it is found here.
 */
async function registerLocked(
  { writer, parsed, caller }: { writer: RegistryWriter; parsed: ParsedSchemas; caller: Caller },
  request: PlanRequest,
  judge: Judge | undefined,
): Promise<Registration | undefined> {
  const own = new Judge(parsed);
  let now: Plan;
  try {
    now = await plan(
      writer,
      parsed,
      request,
      (question) => judge?.known(question) ?? own.judge(writer, question),
    );
  } catch (error) {
    if (error instanceof Unjudged) return undefined;
    throw error;
  }
  requirePlan(now, request);
  if (now.existing !== undefined) {
    const [schema] = await writer.records(request.name, [now.existing]);
    if (schema === undefined) throw new Error("the version that is registered is not there");
    return { schema, isNew: false };
  }
  return { schema: await apply(writer, caller, now, schemaVerOf(now, request.input)), isNew: true };
}

async function apply(
  writer: RegistryWriter,
  caller: Caller,
  planned: Plan,
  schemaVer: string,
): Promise<VersionRecord> {
  const { state, candidate, schemaId, version, isTwin } = planned;
  const { name, headers } = state;
  await requireId(writer, planned);
  const { guid, body, leadsTo } = candidate;
  const registered = await writer.addRegistered(
    { context: name.context, schemaId, guid, body, content: candidate, leadsTo, isTwin },
    { ...name, version, keyId: caller.keyId, schemaVer, rolledBackTo: 0 },
  );
  const gone: number[] = [];
  for (const header of headers) {
    if (!header.deleted || header.schemaId !== schemaId) continue;
    const referrers = await writer.referrers({ ...name, version: header.version });
    if (referrers.length === 0) gone.push(header.version);
  }
  if (gone.length > 0) await writer.erase(name, gone);
  return registered;
}

/** An id that is asked for must not mean another schema. */
async function requireId(
  writer: RegistryWriter,
  { state, candidate, schemaId, isKnown }: Plan,
): Promise<void> {
  // One that is above all that were given is free.
  if (isKnown || schemaId > state.known.lastId) return;
  const taken = await writer.byId(state.name.context, schemaId);
  if (taken === undefined || taken.guid === candidate.guid) return;
  throw new Fault(
    FaultReason.SCHEMA_ID_TAKEN,
    `Overwrite new schema with id ${schemaId} is not permitted: it belongs to another schema`,
    { schema_id: String(schemaId) },
  );
}
