// What clients send as a schema, read. Unknown members are let be; null is as good as missing. Pure.
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { RuleSet, SchemaInput, SchemaMetadata, SchemaReference, SchemaRule } from "../records.js";
import { RestError, restCodes } from "./errors.js";
import { objectOf } from "./request.js";

/** The languages by their names here, in the order in which they are listed. */
export const kindOfType: ReadonlyMap<string, SchemaKind> = new Map([
  ["JSON", SchemaKind.JSON_SCHEMA],
  ["PROTOBUF", SchemaKind.PROTOBUF],
  ["AVRO", SchemaKind.AVRO],
]);

/** How many references a schema may name. */
const referencesMax = 1_000;

/** The schema of a request to register, look up or check. @throws RestError 422 */
export function readSchema(body: unknown): SchemaInput {
  const members = objectOf(body);
  const { schemaType, references } = members;
  const kind = kindOfType.get(String(schemaType ?? "AVRO"));
  if (kind === undefined) {
    const known = [...kindOfType.keys()].join(", ");
    throw new RestError(restCodes.unprocessable, `schemaType is none of ${known}`);
  }
  const metadata = readMetadata(members["metadata"], "metadata");
  const ruleSet = readRuleSet(members["ruleSet"], "ruleSet");
  const schemaId = wholeNumber(members["id"], "id");
  const version = wholeNumber(members["version"], "version");
  return {
    kind,
    text: textOf(members["schema"], metadata !== undefined || ruleSet !== undefined),
    references: listOf(references, "references").map(readReference),
    ...(metadata === undefined ? {} : { metadata }),
    ...(ruleSet === undefined ? {} : { ruleSet }),
    // Clients send 0 and -1 for an id that they do not know.
    ...(schemaId === undefined || schemaId <= 0 ? {} : { schemaId }),
    ...(version === undefined || version === 0 ? {} : { version }),
  };
}

/** The text; the newest version's stands in where only metadata or rules are sent. */
function textOf(schema: unknown, mayBeMissing: boolean): string {
  if (typeof schema === "string" && (schema !== "" || mayBeMissing)) return schema;
  if (schema === "") throw new RestError(restCodes.schemaInvalid, "Empty schema");
  if ((schema === undefined || schema === null) && mayBeMissing) return "";
  throw new RestError(restCodes.unprocessable, "schema has to be there, as a string");
}

function readReference(given: unknown): SchemaReference {
  const { name, subject, version } = objectOf(given);
  if (typeof name !== "string" || typeof subject !== "string" || subject === "") {
    throw unprocessable("references", "each has a name, a subject and a version");
  }
  return { name, subject, version: wholeNumber(version, "references.version") ?? -1 };
}

/** @throws RestError 422 */
export function readMetadata(given: unknown, where: string): SchemaMetadata | undefined {
  if (given === undefined || given === null) return undefined;
  const { tags, properties, sensitive } = objectOf(given);
  return {
    ...member(tags, "tags", (value) => mapOf(value, `${where}.tags`, (it) => textsOf(it, `${where}.tags`))),
    ...member(properties, "properties", (value) =>
      mapOf(value, `${where}.properties`, (it) => scalarText(it, `${where}.properties`)),
    ),
    ...member(sensitive, "sensitive", (value) => textsOf(value, `${where}.sensitive`)),
  };
}

/** @throws RestError 422 */
export function readRuleSet(given: unknown, where: string): RuleSet | undefined {
  if (given === undefined || given === null) return undefined;
  const set = objectOf(given);
  const rules = (name: string) =>
    member(set[name], name, (value) => listOf(value, `${where}.${name}`).map((it) => readRule(it, where)));
  const { enableAt } = set;
  return {
    ...rules("migrationRules"),
    ...rules("domainRules"),
    ...rules("encodingRules"),
    ...(typeof enableAt === "string" ? { enableAt } : {}),
  };
}

const ruleTexts = ["doc", "kind", "mode", "type", "expr", "onSuccess", "onFailure"] as const;

function readRule(given: unknown, where: string): SchemaRule {
  const rule = objectOf(given);
  const { name, tags, params, disabled } = rule;
  if (typeof name !== "string") throw unprocessable(where, "each rule has a name");
  const texts = ruleTexts.flatMap((key) => {
    const value = rule[key];
    if (value === undefined || value === null) return [];
    if (typeof value !== "string") throw unprocessable(`${where}.${key}`, "has to be a string");
    return [[key, value] as const];
  });
  return {
    name,
    ...Object.fromEntries(texts),
    ...member(tags, "tags", (value) => textsOf(value, `${where}.tags`)),
    ...member(params, "params", (value) => mapOf(value, `${where}.params`, (it) => scalarText(it, where))),
    ...(typeof disabled === "boolean" ? { disabled } : {}),
  };
}

/** An object with one member, or none where its value is missing. */
function member<K extends string, T>(
  value: unknown,
  name: K,
  read: (value: unknown) => T,
): { [key in K]?: T } {
  return value === undefined || value === null ? {} : ({ [name]: read(value) } as { [key in K]?: T });
}

function mapOf<T>(given: unknown, where: string, read: (value: unknown) => T): Readonly<Record<string, T>> {
  const entries = Object.entries(objectOf(given));
  if (entries.length > referencesMax) throw unprocessable(where, `at most ${referencesMax} entries`);
  return Object.fromEntries(entries.map(([key, value]) => [key, read(value)]));
}

function textsOf(given: unknown, where: string): readonly string[] {
  return listOf(given, where).map((it) => {
    if (typeof it === "string") return it;
    throw unprocessable(where, "has to hold strings");
  });
}

function scalarText(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw unprocessable(where, "has to hold strings");
}

function listOf(given: unknown, where: string): readonly unknown[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw unprocessable(where, "has to be a list");
  if (given.length > referencesMax) throw unprocessable(where, `at most ${referencesMax} entries`);
  return given;
}

function wholeNumber(given: unknown, where: string): number | undefined {
  if (given === undefined || given === null) return undefined;
  if (typeof given === "number" && Number.isInteger(given) && Math.abs(given) <= 2_147_483_647) return given;
  throw unprocessable(where, "has to be a whole number of 32 bits");
}

const unprocessable = (where: string, rule: string) =>
  new RestError(restCodes.unprocessable, `${where}: ${rule}`);
