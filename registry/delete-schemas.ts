// Deleting, first softly and then for good; registry.md 1.7.
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../platform/fault.js";
import { readSubject, type SubjectState } from "./candidate.js";
import { isReadOnly } from "./effective.js";
import type { RegistryStore, RegistryWriter } from "./ports.js";
import type { Caller } from "./records.js";
import {
  modeForbids,
  referenced,
  subjectNotFound,
  subjectNotSoftDeleted,
  subjectSoftDeleted,
  versionNotFound,
  versionNotSoftDeleted,
  versionSoftDeleted,
} from "./refusals.js";
import type { SchemaUse, VersionChoice } from "./registry.js";
import {
  defaultContext,
  globalContext,
  parseContext,
  parseSubject,
  type SubjectName,
  subjectText,
} from "./subject-name.js";

interface Deletion {
  readonly writer: RegistryWriter;
  readonly state: SubjectState;
  readonly permanent: boolean;
}

/** Reads a subject for a deletion. @throws Fault SUBJECT_NOT_FOUND, REGISTRY_MODE_FORBIDS */
async function requireSubject(writer: RegistryWriter, name: SubjectName): Promise<SubjectState> {
  const state = await readSubject(writer, name);
  if (isReadOnly(state.mode)) throw modeForbids(subjectText(name), state.mode);
  if (state.headers.length === 0) throw subjectNotFound(subjectText(name));
  return state;
}

/** The version's number. @throws the refusals of `SchemaUse.deleteVersion` */
function requireVersion({ state, permanent }: Deletion, choice: VersionChoice): number {
  const subject = subjectText(state.name);
  const newest = state.live.at(-1);
  if (choice === "latest" && newest === undefined) throw subjectNotFound(subject);
  const wanted = choice === "latest" ? newest?.version : choice;
  const header = state.headers.find(({ version }) => version === wanted);
  if (header === undefined) throw versionNotFound(subject, choice);
  if (permanent && !header.deleted) throw versionNotSoftDeleted(subject, header.version);
  if (!permanent && header.deleted) throw versionSoftDeleted(subject, header.version);
  return header.version;
}

/** Live referrers keep a version from being hidden, all of them from being removed. */
async function requireUnreferenced(
  { writer, state, permanent }: Deletion,
  versions: readonly number[],
  isWhole: boolean,
): Promise<void> {
  for (const version of versions) {
    const referrers = await writer.referrers({ ...state.name, version }, isWhole ? state.name : undefined);
    if (referrers.some(({ isLive }) => permanent || isLive))
      throw referenced(subjectText(state.name), version);
  }
}

async function deleteVersion({ writer, state, permanent }: Deletion, choice: VersionChoice): Promise<number> {
  const version = requireVersion({ writer, state, permanent }, choice);
  await requireUnreferenced({ writer, state, permanent }, [version], false);
  const { name, live, headers } = state;
  if (permanent) await writer.erase(name, [version]);
  else await writer.hide(name, [version]);
  if (!permanent && live.length === 1) await writer.dropSettings(name);
  const { schemaId = 0 } = headers.find((it) => it.version === version) ?? {};
  writer.note({
    kind: permanent ? "VERSION_ERASED" : "VERSION_DELETED",
    ...name,
    version,
    schemaId,
    detail: "",
  });
  return version;
}

async function deleteSubject(deletion: Deletion): Promise<readonly number[]> {
  const { writer, state, permanent } = deletion;
  const { name, live, headers } = state;
  if (permanent && live.length > 0) throw subjectNotSoftDeleted(subjectText(name));
  if (!permanent && live.length === 0) throw subjectSoftDeleted(subjectText(name));
  const versions = (permanent ? headers : live).map(({ version }) => version);
  await requireUnreferenced(deletion, versions, true);
  if (permanent) await writer.erase(name, versions);
  else {
    await writer.hide(name, versions);
    await writer.dropSettings(name);
  }
  const detail = `versions ${versions.join(", ")}`;
  writer.note({
    kind: permanent ? "SUBJECT_ERASED" : "SUBJECT_DELETED",
    ...name,
    version: 0,
    schemaId: 0,
    detail,
  });
  return versions;
}

async function deleteContext(store: RegistryStore, caller: Caller, text: string): Promise<void> {
  const context = parseContext(text);
  // What stands behind all contexts is none of them.
  if (context === globalContext) return;
  await store.write(caller, { context }, async (writer) => {
    const subjects = await writer.listSubjects({ prefix: `:${context}:`, show: "all", limit: 1 });
    if (subjects.length > 0 || context === defaultContext)
      throw new Fault(FaultReason.CONTEXT_NOT_EMPTY, `The context ${context} is not empty`, { context });
    // One that only has settings is in no listing.
    if (await writer.dropContext(context))
      writer.note({ kind: "CONTEXT_DELETED", context, subject: "", version: 0, schemaId: 0, detail: "" });
  });
}

/** All that deletes schemas. */
export function deletionsOf(
  store: RegistryStore,
): Pick<SchemaUse, "deleteVersion" | "deleteSubject" | "deleteContext"> {
  const remove = <T>(
    caller: Caller,
    subject: string,
    work: (writer: RegistryWriter, state: SubjectState) => Promise<T>,
  ): Promise<T> => {
    const name = parseSubject(subject);
    return store.write(
      caller,
      name,
      async (writer) => await work(writer, await requireSubject(writer, name)),
    );
  };
  return {
    deleteVersion: (caller, subject, version, { permanent = false } = {}) =>
      remove(caller, subject, (writer, state) => deleteVersion({ writer, state, permanent }, version)),
    deleteSubject: (caller, subject, { permanent = false } = {}) =>
      remove(caller, subject, (writer, state) => deleteSubject({ writer, state, permanent })),
    deleteContext: (caller, context) => deleteContext(store, caller, context),
  };
}
