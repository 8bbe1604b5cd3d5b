import type { IdChoice, Registry } from "../registry.js";
import { parseScope } from "../subject-name.js";
import { shapeOptions } from "./format.js";
import { flag, idOf, part, qualified, type RestRequest, showOf, sliceOf } from "./request.js";
import type { Reply, Route } from "./route.js";
import { kindOfType } from "./schema-body.js";
import { idShape, versionShape } from "./shapes.js";

/** The paths below /schemas. */
export const schemaRoutes: readonly Route[] = [
  { method: "GET", path: "/schemas", access: "any", answer: listSchemas },
  {
    method: "GET",
    path: "/schemas/types",
    access: "any",
    answer: async () => ({ json: [...kindOfType.keys()] }),
  },
  { method: "GET", path: "/schemas/ids/:id", access: "any", answer: getById },
  { method: "GET", path: "/schemas/ids/:id/schema", access: "any", answer: getText },
  { method: "GET", path: "/schemas/ids/:id/subjects", access: "any", answer: subjectsOfId },
  { method: "GET", path: "/schemas/ids/:id/versions", access: "any", answer: versionsOfId },
  { method: "GET", path: "/schemas/guids/:guid", access: "any", answer: getByGuid },
  { method: "GET", path: "/schemas/guids/:guid/ids", access: "any", answer: idsOfGuid },
];

async function listSchemas(registry: Registry, request: RestRequest): Promise<Reply> {
  const prefix = qualified(request, request.query.get("subjectPrefix") ?? "");
  const latestOnly = flag(request, "latestOnly") === true;
  const listing = { prefix, latestOnly, ...showOf(request), ...sliceOf(request) };
  const found = await registry.listSchemas(request.caller, listing);
  return { json: found.map((it) => versionShape(it)) };
}

/** The schema that an id names, in the context that the path or `subject` names, which may be a context alone. */
function choiceOf(request: RestRequest): IdChoice {
  const { context, query } = request;
  const given = query.get("subject") ?? "";
  const schemaId = idOf(request);
  if (given === "") return { schemaId, ...(context === undefined ? {} : { context }) };
  const named = parseScope(qualified(request, given));
  if (named.subject === "") return { schemaId, context: named.context };
  return { schemaId, subject: qualified(request, given) };
}

async function getById(registry: Registry, request: RestRequest): Promise<Reply> {
  const found = await registry.getById(request.caller, choiceOf(request));
  const shape = await shapeOptions(registry, request, found);
  if (flag(request, "fetchMaxId") !== true) return { json: idShape(found, shape) };
  const maxId = await registry.greatestId(request.caller, found.context);
  return { json: idShape(found, { ...shape, maxId }) };
}

async function getText(registry: Registry, request: RestRequest): Promise<Reply> {
  const found = await registry.getById(request.caller, choiceOf(request));
  return { text: (await shapeOptions(registry, request, found)).text ?? found.text };
}

async function versionsOfId(registry: Registry, request: RestRequest): Promise<Reply> {
  const options = { ...showOf(request), ...sliceOf(request) };
  const found = await registry.versionsOfId(request.caller, choiceOf(request), options);
  return { json: found.map(({ subject, version }) => ({ subject, version })) };
}

async function subjectsOfId(registry: Registry, request: RestRequest): Promise<Reply> {
  const { offset, limit } = sliceOf(request);
  const found = await registry.versionsOfId(request.caller, choiceOf(request), showOf(request));
  const subjects = [...new Set(found.map(({ subject }) => subject))];
  return { json: subjects.slice(offset, limit === undefined ? undefined : offset + limit) };
}

async function getByGuid(registry: Registry, request: RestRequest): Promise<Reply> {
  const found = await registry.getByGuid(request.caller, part(request, "guid"));
  return { json: idShape(found, await shapeOptions(registry, request, found)) };
}

async function idsOfGuid(registry: Registry, request: RestRequest): Promise<Reply> {
  const found = await registry.idsOfGuid(request.caller, part(request, "guid"));
  return { json: found.map(({ context, schemaId }) => ({ context, id: schemaId })) };
}
