// Going back to a version, and what changed between two.
import { readSubject } from "./candidate.js";
import { isReadOnly } from "./effective.js";
import { Incompatible } from "./incompatible.js";
import { Judge, type Judgement } from "./judge.js";
import { languageOf } from "./languages.js";
import { parseVersion } from "./parse-version.js";
import { answerOf, type Plan, versionsToCompare } from "./plan.js";
import type { RegistryView, RegistryWriter } from "./ports.js";
import { getVersion } from "./read-schemas.js";
import type { Caller, VersionRecord } from "./records.js";
import { modeForbids, subjectNotFound, versionNotFound } from "./refusals.js";
import type { RegistryPorts } from "./register-schema.js";
import type { DiffAnswer, Registration, VersionChoice } from "./registry.js";
import { resolveReferences } from "./resolve-references.js";
import { Budget } from "./rules/budget.js";
import { parseSubject, subjectText } from "./subject-name.js";

interface RollBack {
  readonly subject: string;
  readonly version: number;
  readonly force: boolean;
}

/** See `SchemaUse.rollBack`. The comparison is short enough to be made under the lock. */
export async function rollBack(
  ports: RegistryPorts,
  caller: Caller,
  request: RollBack,
): Promise<Registration> {
  const name = parseSubject(request.subject);
  return await ports.store.write(caller, name, (writer) =>
    rollBackLocked({ ...ports, writer, caller }, request),
  );
}

async function rollBackLocked(
  { writer, caller, parsed }: RegistryPorts & { writer: RegistryWriter; caller: Caller },
  { subject, version, force }: RollBack,
): Promise<Registration> {
  const name = parseSubject(subject);
  const state = await readSubject(writer, name);
  if (state.headers.length === 0) throw subjectNotFound(subject);
  const [record] = await writer.records(
    name,
    state.headers.filter((it) => it.version === version),
  );
  if (record === undefined) throw versionNotFound(subject, version);
  if (state.live.at(-1)?.version === version) return { schema: record, isNew: false };
  if (isReadOnly(state.mode)) throw modeForbids(subjectText(name), state.mode);
  // As it is when a schema is registered: what it refers to may have been hidden since this version was.
  await resolveReferences(writer, name.context, record.references, "live");
  const planned = await planOf({ writer, parsed }, state, record);
  if (!force && planned.judgement.outcome !== "compatible") throw new Incompatible(answerOf(planned));
  const { schemaId } = record;
  const next = planned.version;
  const { keyId } = caller;
  const { schemaVer } = planned;
  await writer.addVersion({ ...name, version: next, schemaId, keyId, schemaVer, rolledBackTo: version });
  const detail = `to version ${version}`;
  writer.note({ kind: "ROLLED_BACK", ...name, version: next, schemaId, detail });
  const schema = await writer.version(name, next, "live");
  if (schema === undefined) throw new Error("the version that was brought back is not there");
  return { schema, isNew: true };
}

async function planOf(
  { writer, parsed }: Pick<RegistryPorts, "parsed"> & { writer: RegistryView },
  state: Plan["state"],
  record: VersionRecord,
): Promise<Plan> {
  const known = await parseVersion(writer, parsed, record);
  const { metadata, ruleSet, schemaId } = record;
  const candidate = {
    ...record,
    ...known,
    body: "",
    leadsTo: [],
    metadata,
    ruleSet,
    own: { metadata, ruleSet },
  };
  const versions = await versionsToCompare(writer, { state, candidate }, undefined);
  const question = { state, candidate, versions, isNumbered: true };
  const judgement: Judgement = await new Judge(parsed).judge(writer, question);
  const version = (state.headers.at(-1)?.version ?? 0) + 1;
  const schemaVer = judgement.schemaVer?.schemaVer ?? "";
  return { state, candidate, judgement, schemaId, version, schemaVer, isKnown: true, isTwin: false };
}

/** See `SchemaUse.diff`. */
export async function diffVersions(
  { store, parsed }: RegistryPorts,
  { projectId }: Caller,
  subject: string,
  versions: { readonly from: VersionChoice; readonly to: VersionChoice },
): Promise<DiffAnswer> {
  const view = store.view(projectId);
  const from = await getVersion(view, subject, versions.from, "all");
  const to = await getVersion(view, subject, versions.to, "all");
  if (from.kind !== to.kind) return { from, to, differences: [] };
  const older = await parseVersion(view, parsed, from);
  const newer = await parseVersion(view, parsed, to);
  const differences = languageOf(from.kind).diff(older.parsed, newer.parsed, new Budget());
  return { from, to, differences };
}
