import type { CheckOptions, Registry } from "../registry.js";
import { incompatibleLines } from "./incompatible-text.js";
import { flag, type RestRequest, subjectOf, versionOf } from "./request.js";
import type { Reply, Route } from "./route.js";
import { readSchema } from "./schema-body.js";

/** The paths below /compatibility: against one version, or against those that registering asks about. */
export const compatibilityRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/compatibility/subjects/:subject/versions/:version",
    access: "any",
    answer: (registry, request) => check(registry, request, { against: versionOf(request) }),
  },
  {
    method: "POST",
    path: "/compatibility/subjects/:subject/versions",
    access: "any",
    answer: (registry, request) => check(registry, request, {}),
  },
];

async function check(registry: Registry, request: RestRequest, against: CheckOptions): Promise<Reply> {
  const input = readSchema(request.body);
  // This API has no place for a SchemaVer.
  const options = { ...against, normalize: flag(request, "normalize"), withoutSchemaVer: true };
  const answer = await registry.check(request.caller, subjectOf(request), input, options);
  const { isCompatible } = answer;
  if (flag(request, "verbose") !== true) return { json: { is_compatible: isCompatible } };
  return { json: { is_compatible: isCompatible, messages: isCompatible ? [] : incompatibleLines(answer) } };
}
