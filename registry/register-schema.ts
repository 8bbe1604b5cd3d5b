import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../platform/fault.js";
import { Incompatible } from "./incompatible.js";
import { Judge, Unjudged } from "./judge.js";
import type { ParsedSchemas } from "./languages.js";
import { answerOf, type Plan, type PlanRequest, plan, requirePlan, schemaVerOf } from "./plan.js";
import type { RegistryStore, RegistryWriter } from "./ports.js";
import type { Caller, SchemaInput } from "./records.js";
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
  const planned = { input, options, name: parseSubject(request.subject), comparesExisting: true };
  const found = await plan(view, parsed, planned, (question) => judge.judge(view, question));
  const refusal = refusalOf(found, planned);
  return { ...answerOf(found), ...(refusal === undefined ? {} : { refusal }) };
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
  const planned = { ...request, name: parseSubject(subject), comparesExisting: false };
  for (let attempt = 1; ; attempt++) {
    const before = await plan(view, parsed, planned, (question) => judge.judge(view, question));
    requirePlan(before, planned);
    if (before.existing !== undefined) {
      const schema = await view.version(planned.name, before.existing.version, "live");
      if (schema !== undefined) return { schema, isNew: false };
      continue;
    }
    const contexts = before.candidate.leadsTo.map(({ context }) => context);
    const locks = { context: planned.name.context, contexts };
    const done = await store.write(caller, locks, (writer) =>
      registerLocked({ writer, parsed, caller }, planned, attempt > attemptsMax ? undefined : judge),
    );
    if (done !== undefined) return done;
  }
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
  const isNew = now.existing === undefined;
  if (isNew) await apply(writer, caller, now, schemaVerOf(now, request.input));
  const schema = await writer.version(request.name, now.version, "live");
  if (schema === undefined) throw new Error("the version that was registered is not there");
  return { schema, isNew };
}

async function apply(
  writer: RegistryWriter,
  caller: Caller,
  planned: Plan,
  schemaVer: string,
): Promise<void> {
  const { state, candidate, schemaId, version, isTwin } = planned;
  const { name, headers } = state;
  await requireId(writer, planned);
  const { guid, body, leadsTo } = candidate;
  await writer.addSchema({
    context: name.context,
    schemaId,
    guid,
    body,
    content: candidate,
    leadsTo,
    isTwin,
  });
  await writer.addVersion({
    ...name,
    version,
    schemaId,
    keyId: caller.keyId,
    schemaVer,
    rolledBackTo: 0,
  });
  const gone: number[] = [];
  for (const header of headers) {
    if (!header.deleted || header.schemaId !== schemaId) continue;
    const referrers = await writer.referrers({ ...name, version: header.version });
    if (referrers.length === 0) gone.push(header.version);
  }
  if (gone.length > 0) await writer.erase(name, gone);
  writer.note({ kind: "REGISTERED", ...name, version, schemaId, detail: "" });
}

/** An id that is asked for must not mean another schema. */
async function requireId(
  writer: RegistryWriter,
  { state, candidate, schemaId, isKnown }: Plan,
): Promise<void> {
  if (isKnown) return;
  const taken = await writer.byId(state.name.context, schemaId);
  if (taken === undefined || taken.guid === candidate.guid) return;
  throw new Fault(
    FaultReason.SCHEMA_ID_TAKEN,
    `Overwrite new schema with id ${schemaId} is not permitted: it belongs to another schema`,
    { schema_id: String(schemaId) },
  );
}
