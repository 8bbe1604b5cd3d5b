import type { Candidate, SubjectState } from "./candidate.js";
import { fingerprintsOf } from "./fingerprint.js";
import { languageOf, type ParsedSchemas } from "./languages.js";
import { parseVersion } from "./parse-version.js";
import type { RegistryView, VersionHeader } from "./ports.js";
import type { Show } from "./registry.js";

/**
 * The version of a subject that holds the schema: the very same one, or one of the same text where it came without
 * metadata and rules, or one that says the same with its references written in place. Live ones before others, and of
 * several the newest.
 */
export async function findExisting(
  view: RegistryView,
  parsedSchemas: ParsedSchemas,
  { state, candidate }: { state: SubjectState; candidate: Candidate },
  show: Show,
): Promise<VersionHeader | undefined> {
  const { own, guid, body } = candidate;
  const newestFirst = state.headers
    .filter(({ deleted }) => show === "all" || deleted === (show === "deleted"))
    .toSorted((a, b) => Number(a.deleted) - Number(b.deleted) || b.version - a.version);
  const isAsSent = candidate.metadata === own.metadata && candidate.ruleSet === own.ruleSet;
  const asSent = isAsSent ? guid : fingerprintsOf({ ...candidate, ...own }).guid;
  const same = newestFirst.find((it) => it.guid === asSent) ?? newestFirst.find((it) => it.guid === guid);
  if (same !== undefined) return same;
  if (own.metadata !== undefined || own.ruleSet !== undefined) return undefined;
  return (
    newestFirst.find((it) => it.body === body) ??
    (await findInlined(view, parsedSchemas, { state, candidate }, newestFirst))
  );
}

async function findInlined(
  view: RegistryView,
  parsedSchemas: ParsedSchemas,
  { state, candidate }: { state: SubjectState; candidate: Candidate },
  headers: readonly VersionHeader[],
): Promise<VersionHeader | undefined> {
  const language = languageOf(candidate.kind);
  const possible = headers.filter((it) => it.hasReferences || candidate.references.length > 0);
  if (language.inlined === undefined || possible.length === 0) return undefined;
  const wanted = language.inlined(candidate.parsed);
  for (const header of possible) {
    const [record] = await view.records(state.name, [header]);
    if (record?.kind !== candidate.kind) continue;
    const { parsed } = await parseVersion(view, parsedSchemas, record);
    if (language.inlined(parsed) === wanted) return header;
  }
  return undefined;
}
