import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { CheckSchemaResponse } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { CompatibilityLevel } from "../../gen/ts/tideline/registry/v1/settings_pb.js";
import { Direction, Outcome } from "../../gen/ts/tideline/registry/v1/verdict_pb.js";

/** What the registry says of a schema that is to be registered: the verdict, then each reason with its witness. */
export function answerLines(answer: CheckSchemaResponse): string[] {
  const { outcome, findings, findingsCount, level, comparedVersions, schema, isRegistered } = answer;
  if (isRegistered) return [`version ${schema?.version}, as it is registered`];
  if (answer.refusal !== FaultReason.UNSPECIFIED) {
    return [`${FaultReason[answer.refusal] ?? answer.refusal}: ${answer.refusalMessage}`];
  }
  const against =
    comparedVersions.length === 0 ? "" : `, compared with version ${comparedVersions.join(", ")}`;
  const verdict = `${Outcome[outcome]?.toLowerCase()} (${CompatibilityLevel[level]}${against})`;
  const more = findingsCount - findings.length;
  return [
    outcome === Outcome.COMPATIBLE ? `${verdict}; would be version ${schema?.version}` : verdict,
    ...findings.flatMap(({ rule, path, message, version, direction, witness }) => [
      `  ${rule} ${path} (${Direction[direction]?.toLowerCase()}, version ${version}): ${message}`,
      ...(witness === undefined ? [] : [`    such as ${witness.json}: ${witness.rejection}`]),
    ]),
    ...(more > 0 ? [`  and ${more} more`] : []),
    ...answer.jsonChanges.map(
      ({ change, path, message }) => `  keeps JSON of older senders aside: ${change} ${path}: ${message}`,
    ),
  ];
}
