// Why a schema is refused, in lines as Confluent's verbose answers have them. Pure.
import type { CheckAnswer } from "../registry.js";
import type { Finding } from "../rules/levels.js";

/** Findings written out, at most; more are counted. */
const findingsMax = 50;

/** Rules that Confluent's registry calls otherwise; the others have their own name, without their language's. */
const errorTypes: Readonly<Record<string, string>> = {
  AVRO_FIELD_WITHOUT_DEFAULT: "READER_FIELD_MISSING_DEFAULT_VALUE",
  AVRO_ENUM_SYMBOL_MISSING: "MISSING_ENUM_SYMBOLS",
  AVRO_FIXED_SIZE_CHANGED: "FIXED_SIZE_MISMATCH",
  AVRO_UNION_BRANCH_MISSING: "MISSING_UNION_BRANCH",
  JSON_PROPERTY_ADDED_TO_OPEN_OBJECT: "PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL",
  JSON_PROPERTY_REMOVED_FROM_CLOSED_OBJECT: "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL",
  JSON_ITEM_ADDED_TO_OPEN_ARRAY: "ITEM_ADDED_TO_OPEN_CONTENT_MODEL",
  JSON_ITEM_REMOVED_FROM_CLOSED_ARRAY: "ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL",
  JSON_REQUIRED_ADDED: "REQUIRED_ATTRIBUTE_ADDED",
};

/** One line a finding and a witness, then the version compared with, its schema and the level. */
export function incompatibleLines({ findings, compared, level }: CheckAnswer): readonly string[] {
  const [first] = findings;
  const old = compared.find(({ version }) => version === first?.version);
  const more = findings.length - findingsMax;
  return [
    ...findings.slice(0, findingsMax).map(findingLine),
    ...(more > 0 ? [`{more: ${more}}`] : []),
    ...witnessLines(findings),
    ...(old === undefined ? [] : [`{oldSchemaVersion: ${old.version}}`, `{oldSchema: '${old.text}'}`]),
    `{compatibility: '${level}'}`,
  ];
}

/** The message of a refused registration. */
export function incompatibleMessage(subject: string, answer: CheckAnswer): string {
  const details = incompatibleLines(answer).join(", ");
  const what = "Schema being registered is incompatible with an earlier schema for subject";
  return `${what} "${subject}", details: [${details}]`;
}

function findingLine(finding: Finding): string {
  const { rule, path, message, outcome, version, direction, keyword, expected } = finding;
  const errorType = errorTypes[rule] ?? rule.replace(/^(AVRO|JSON|PROTOBUF)_/, "");
  const additional = expected === undefined ? "" : `, additionalInfo:'expected: ${expected}'`;
  const unproven = outcome === "unproven" ? `, notProvable:'${keyword ?? rule}'` : "";
  const where = `path:'${path}', direction:'${direction.toUpperCase()}', version:${version}`;
  return `{errorType:'${errorType}', description:'${message}'${additional}, rule:'${rule}', ${where}${unproven}}`;
}

/** A witness serves all findings of its version and direction, so it is written once. */
function witnessLines(findings: readonly Finding[]): readonly string[] {
  const seen = new Map<string, string>();
  for (const { version, direction, witness } of findings) {
    if (witness === undefined) continue;
    const { json, rejection } = witness;
    const who =
      direction === "backward"
        ? `version ${version} accepts it, the new schema does not`
        : `the new schema accepts it, version ${version} does not`;
    seen.set(`${version} ${direction}`, `{witness: '${json}', because: '${who}: ${rejection}'}`);
  }
  return [...seen.values()];
}
