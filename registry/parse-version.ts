import type { KnownSchema, ParsedSchemas } from "./languages.js";
import type { RegistryView } from "./ports.js";
import type { VersionRecord } from "./records.js";
import { resolveReferences } from "./resolve-references.js";

/** Parses what is registered: defaults were judged when it was, so that any pass now. */
export async function parseVersion(
  view: RegistryView,
  parsedSchemas: ParsedSchemas,
  { context, kind, text, references }: VersionRecord,
): Promise<KnownSchema> {
  const { closure } = await resolveReferences(view, context, references, "all");
  return parsedSchemas.parse(kind, { text, references: closure }, { allowsInvalidDefaults: true });
}
