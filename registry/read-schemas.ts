// Reading by subject and version, by id, by guid, by content. Always from Postgres, so that what is registered is read
// at once through every instance.
import { readCandidate, readSubject } from "./candidate.js";
import { findExisting } from "./find-existing.js";
import type { FoundSchema, RegistryView } from "./ports.js";
import type { Caller, SchemaInput, VersionRecord } from "./records.js";
import { schemaNotFound, subjectNotFound, versionNotFound } from "./refusals.js";
import type { RegistryPorts } from "./register-schema.js";
import type {
  IdChoice,
  NormalizeOption,
  SchemaById,
  SchemaUse,
  Show,
  Slice,
  VersionChoice,
} from "./registry.js";
import { defaultContext, isQualified, parseSubject, type SubjectName, subjectText } from "./subject-name.js";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Versions whose metadata are looked at together. */
const METADATA_STEP = 50;

/** The subject that is read under a name: that which it is an alias of, else itself. */
export async function readName(view: RegistryView, text: string): Promise<SubjectName> {
  const name = parseSubject(text);
  const { alias } = (await view.settings(name)).own.config ?? {};
  return alias === undefined || alias === "" ? name : parseSubject(alias, name.context);
}

/** See `SchemaUse.getVersion`. */
export async function getVersion(
  view: RegistryView,
  subject: string,
  version: VersionChoice,
  show: Show = "live",
): Promise<VersionRecord> {
  const name = await readName(view, subject);
  const found = await view.version(name, version, show);
  if (found !== undefined) return found;
  const headers = await view.headers(name);
  const isThere = headers.some(({ deleted }) => !deleted || show !== "live");
  if (isThere) throw versionNotFound(subject, version);
  const contexts = isQualified(subject) ? [] : await view.contextsOf(name.subject, name.context);
  for (const context of contexts) {
    const elsewhere = await view.version({ ...name, context }, version, show);
    if (elsewhere !== undefined) return elsewhere;
  }
  throw contexts.length > 0 ? versionNotFound(subject, version) : subjectNotFound(subject);
}

/** See `SchemaUse.lookup`. */
export async function lookUp(
  { store, parsed }: RegistryPorts,
  { projectId }: Caller,
  request: { readonly subject: string; readonly input: SchemaInput; readonly show: Show } & NormalizeOption,
): Promise<VersionRecord> {
  const { subject, show } = request;
  const view = store.view(projectId);
  const name = await readName(view, subject);
  let isThere = false;
  const contexts = [name.context];
  for (const context of contexts) {
    const state = await readSubject(view, { ...name, context });
    const candidate = await readCandidate(view, parsed, state, request);
    isThere ||= state.headers.some(({ deleted }) => show === "all" || deleted === (show === "deleted"));
    const found = await findExisting(view, parsed, { state, candidate }, show);
    if (found !== undefined) {
      const [record] = await view.records(state.name, [found]);
      if (record !== undefined) return record;
    }
    if (contexts.length === 1 && !isThere && !isQualified(subject))
      contexts.push(...(await view.contextsOf(name.subject, name.context)));
  }
  throw isThere ? schemaNotFound() : subjectNotFound(subject);
}

/** See `SchemaUse.getById`. */
export async function getById(view: RegistryView, choice: IdChoice): Promise<SchemaById> {
  const { schemaId, subject, context = defaultContext } = choice;
  if (subject === undefined || subject === "") {
    const found = await view.byId(context, schemaId);
    if (found !== undefined) return found;
    throw schemaNotFound(String(schemaId));
  }
  const name = parseSubject(subject, context);
  const own = await view.byId(name.context, schemaId, name.subject);
  if (isOf(own, name) || (own !== undefined && isQualified(subject))) return own as FoundSchema;
  const others = isQualified(subject) ? [] : await view.contextsOf(name.subject, name.context);
  for (const other of others) {
    const found = await view.byId(other, schemaId, name.subject);
    if (isOf(found, { ...name, context: other })) return found as FoundSchema;
  }
  if (own !== undefined) return own;
  throw schemaNotFound(String(schemaId));
}

const isOf = (found: FoundSchema | undefined, name: SubjectName): boolean =>
  found?.subject === subjectText(name);

async function allOfGuid(view: RegistryView, guid: string): Promise<[FoundSchema, ...FoundSchema[]]> {
  const found = GUID.test(guid) ? await view.byGuid(guid) : [];
  const [first, ...others] = found;
  if (first === undefined) throw schemaNotFound(guid.slice(0, 64));
  return [first, ...others];
}

async function latestWithProperties(
  view: RegistryView,
  subject: string,
  wanted: Readonly<Record<string, string>>,
  show: Show = "live",
): Promise<VersionRecord> {
  const name = await readName(view, subject);
  const headers = (await view.headers(name)).filter(({ deleted }) => !deleted || show !== "live");
  if (headers.length === 0) throw subjectNotFound(subject);
  const numbers = headers.map(({ version }) => version).reverse();
  for (let at = 0; at < numbers.length; at += METADATA_STEP) {
    const records = await view.versions(name, numbers.slice(at, at + METADATA_STEP));
    const fits = ({ metadata }: VersionRecord) =>
      Object.entries(wanted).every(([key, value]) => metadata?.properties?.[key] === value);
    const found = records.findLast(fits);
    if (found !== undefined) return found;
  }
  throw versionNotFound(subject, "latest");
}

async function listVersions(
  view: RegistryView,
  subject: string,
  options: Slice & { show?: Show },
): Promise<number[]> {
  const { show = "live", offset = 0, limit = -1 } = options;
  const headers = await view.headers(await readName(view, subject));
  const shown = headers.filter(({ deleted }) => show === "all" || deleted === (show === "deleted"));
  if (shown.length === 0) throw subjectNotFound(subject);
  const from = Math.max(0, offset);
  return shown.slice(from, limit < 0 ? undefined : from + limit).map(({ version }) => version);
}

async function referencedBy(
  view: RegistryView,
  subject: string,
  version: VersionChoice,
  { show = "live", offset = 0, limit = -1 }: Slice & { show?: Show },
): Promise<number[]> {
  const record = await getVersion(view, subject, version, "all");
  const referrers = await view.referrers({ ...parseSubject(record.subject), version: record.version });
  const shown = referrers.filter(({ isLive }) => show === "all" || isLive === (show === "live"));
  const ids = [...new Set(shown.map(({ schemaId }) => schemaId))].sort((a, b) => a - b);
  const from = Math.max(0, offset);
  return ids.slice(from, limit < 0 ? undefined : from + limit);
}

type Reads = Pick<
  SchemaUse,
  | "lookup"
  | "getVersion"
  | "getById"
  | "getByGuid"
  | "idsOfGuid"
  | "greatestId"
  | "versionsOfId"
  | "latestWithProperties"
  | "listSubjects"
  | "listVersions"
  | "readVersions"
  | "listSchemas"
  | "referencedBy"
  | "listContexts"
>;

/** All that reads schemas. */
export function readsOf(ports: RegistryPorts): Reads {
  const viewOf = ({ projectId }: Caller): RegistryView => ports.store.view(projectId);
  return {
    lookup: (caller, subject, input, { normalize, show = "live" } = {}) =>
      lookUp(ports, caller, { subject, input, show, normalize }),
    getVersion: (caller, subject, version, { show } = {}) =>
      getVersion(viewOf(caller), subject, version, show),
    getById: (caller, choice) => getById(viewOf(caller), choice),
    getByGuid: async (caller, guid) => (await allOfGuid(viewOf(caller), guid))[0],
    idsOfGuid: async (caller, guid) =>
      (await allOfGuid(viewOf(caller), guid)).map(({ context, schemaId }) => ({ context, schemaId })),
    greatestId: async (caller, context = defaultContext) =>
      (await viewOf(caller).known(context, "00000000-0000-0000-0000-000000000000")).lastId,
    versionsOfId: async (caller, choice, { show = "live", ...slice } = {}) => {
      const view = viewOf(caller);
      const { context, schemaId } = await getById(view, choice);
      return await view.versionsOfId(context, schemaId, show, slice);
    },
    latestWithProperties: (caller, subject, properties, { show } = {}) =>
      latestWithProperties(viewOf(caller), subject, properties, show),
    listSubjects: (caller, listing = {}) => viewOf(caller).listSubjects(listing),
    listVersions: (caller, subject, options = {}) => listVersions(viewOf(caller), subject, options),
    readVersions: async (caller, subject, { show, after, limit }) => {
      const view = viewOf(caller);
      const numbers = await listVersions(view, subject, { show });
      const wanted = numbers.filter((version) => version > after).slice(0, limit);
      return await view.versions(await readName(view, subject), wanted);
    },
    listSchemas: (caller, listing = {}) => viewOf(caller).listSchemas(listing),
    referencedBy: (caller, subject, version, options = {}) =>
      referencedBy(viewOf(caller), subject, version, options),
    listContexts: (caller, { prefix = "", ...slice } = {}) => viewOf(caller).listContexts(prefix, slice),
  };
}
