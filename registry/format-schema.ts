// A schema's text in other forms.

import { languageOf } from "./languages.js";
import type { Caller, SchemaContent } from "./records.js";
import type { RegistryPorts } from "./register-schema.js";
import { resolveReferences } from "./resolve-references.js";

/** See `SchemaUse.formatted`. */
export async function formatSchema(
  { store, parsed }: RegistryPorts,
  { projectId }: Caller,
  { kind, context, text, references }: SchemaContent,
  format: string,
): Promise<string | undefined> {
  const { formatted } = languageOf(kind);
  if (formatted === undefined) return undefined;
  const { closure } = await resolveReferences(store.view(projectId), context, references, "all");
  // What is stored was valid under the rules of its time.
  const known = parsed.parse(kind, { text, references: closure }, { allowsInvalidDefaults: true });
  return formatted(known.parsed, format);
}
