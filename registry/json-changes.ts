// A verdict is about what a language's encoding makes of a change. JSON names no version, so that the newest one alone
// judges it: what can be compatible as bytes, and keep the JSON of older senders aside.
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { languageOf, type ParsedSchemas } from "./languages.js";
import { parseVersion } from "./parse-version.js";
import type { Plan } from "./plan.js";
import type { RegistryView } from "./ports.js";
import { Budget } from "./rules/budget.js";
import type { Difference } from "./rules/language.js";

const changesMax = 100;

/** An Avro field that is renamed without an alias is one that is removed; with one, its old name is taken. */
const changesOf: Readonly<Partial<Record<SchemaKind, ReadonlySet<string>>>> = {
  [SchemaKind.AVRO]: new Set(["FIELD_REMOVED", "SYMBOL_REMOVED"]),
  [SchemaKind.PROTOBUF]: new Set([
    "FIELD_REMOVED",
    "FIELD_RENAMED",
    "FIELD_JSON_NAME_CHANGED",
    "FIELD_TYPE_CHANGED",
    "FIELD_LABEL_CHANGED",
    "ENUM_VALUE_REMOVED",
    "ENUM_VALUE_RENAMED",
  ]),
};

/** Changes since the newest live version that can keep JSON of older senders aside; none for JSON Schema. */
export async function jsonChanges(
  view: RegistryView,
  parsedSchemas: ParsedSchemas,
  { state, candidate, existing }: Plan,
): Promise<readonly Difference[]> {
  const { kind, parsed } = candidate;
  const changes = changesOf[kind];
  const newest = state.live.at(-1);
  if (changes === undefined || newest === undefined || existing !== undefined) return [];
  const [record] = await view.records(state.name, [newest]);
  if (record === undefined || record.kind !== kind) return [];
  const older = await parseVersion(view, parsedSchemas, record);
  const differences = languageOf(kind).diff(older.parsed, parsed, new Budget());
  return differences.filter(({ change }) => changes.has(change)).slice(0, changesMax);
}
