import type { Registry } from "../registry.js";
import { RestError, restCodes, restErrorOf } from "./errors.js";
import { shapeOptions } from "./format.js";
import { flag, part, qualified, type RestRequest, showOf, sliceOf, subjectOf, versionOf } from "./request.js";
import type { Reply, Route } from "./route.js";
import { readSchema } from "./schema-body.js";
import { versionShape } from "./shapes.js";

/** The paths below /subjects. */
export const subjectRoutes: readonly Route[] = [
  { method: "GET", path: "/subjects", access: "any", answer: listSubjects },
  { method: "POST", path: "/subjects/:subject", access: "any", answer: lookUp },
  { method: "DELETE", path: "/subjects/:subject", access: "admin", answer: deleteSubject },
  { method: "GET", path: "/subjects/:subject/metadata", access: "any", answer: latestWithMetadata },
  { method: "GET", path: "/subjects/:subject/versions", access: "any", answer: listVersions },
  { method: "POST", path: "/subjects/:subject/versions", access: "admin", answer: register },
  { method: "GET", path: "/subjects/:subject/versions/:version", access: "any", answer: getVersion },
  { method: "DELETE", path: "/subjects/:subject/versions/:version", access: "admin", answer: deleteVersion },
  { method: "GET", path: "/subjects/:subject/versions/:version/schema", access: "any", answer: getText },
  {
    method: "GET",
    path: "/subjects/:subject/versions/:version/referencedby",
    access: "any",
    answer: referencedBy,
  },
];

async function listSubjects(registry: Registry, request: RestRequest): Promise<Reply> {
  const everywhere = request.context === undefined ? ":*:" : "";
  const prefix = qualified(request, request.query.get("subjectPrefix") ?? everywhere);
  const listing = { prefix, ...showOf(request), ...sliceOf(request) };
  return { json: await registry.listSubjects(request.caller, listing) };
}

async function lookUp(registry: Registry, request: RestRequest): Promise<Reply> {
  const input = readSchema(request.body);
  const subject = subjectOf(request);
  const options = { ...showOf(request), normalize: flag(request, "normalize") };
  try {
    const found = await registry.lookup(request.caller, subject, input, options);
    return { json: versionShape(found, await shapeOptions(registry, request, found)) };
  } catch (error) {
    const refusal = restErrorOf(error, { subject });
    if (refusal?.code !== restCodes.schemaInvalid) throw error;
    const { message } = refusal;
    const said = `Error while looking up schema under subject ${subject}`;
    throw new RestError(restCodes.schemaInvalid, said, { cause: error, reason: message });
  }
}

async function register(registry: Registry, request: RestRequest): Promise<Reply> {
  const input = readSchema(request.body);
  const options = { normalize: flag(request, "normalize"), force: flag(request, "force") === true };
  const { schema } = await registry.register(request.caller, subjectOf(request), input, options);
  return { json: versionShape(schema, await shapeOptions(registry, request, schema)) };
}

async function deleteSubject(registry: Registry, request: RestRequest): Promise<Reply> {
  const permanent = flag(request, "permanent") === true;
  return { json: await registry.deleteSubject(request.caller, subjectOf(request), { permanent }) };
}

async function deleteVersion(registry: Registry, request: RestRequest): Promise<Reply> {
  const permanent = flag(request, "permanent") === true;
  const version = versionOf(request);
  return { json: await registry.deleteVersion(request.caller, subjectOf(request), version, { permanent }) };
}

async function latestWithMetadata(registry: Registry, request: RestRequest): Promise<Reply> {
  const keys = request.query.getAll("key");
  const values = request.query.getAll("value");
  if (keys.length !== values.length) {
    throw new RestError(restCodes.unprocessable, "key and value have to be given equally often");
  }
  const properties = Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ""]));
  const { caller } = request;
  const found = await registry.latestWithProperties(caller, subjectOf(request), properties, showOf(request));
  return { json: versionShape(found, await shapeOptions(registry, request, found)) };
}

async function listVersions(registry: Registry, request: RestRequest): Promise<Reply> {
  const options = { ...showOf(request), ...sliceOf(request) };
  return { json: await registry.listVersions(request.caller, subjectOf(request), options) };
}

async function getVersion(registry: Registry, request: RestRequest): Promise<Reply> {
  const version = versionOf(request);
  const found = await registry.getVersion(request.caller, subjectOf(request), version, showOf(request));
  return { json: versionShape(found, await shapeOptions(registry, request, found)) };
}

async function getText(registry: Registry, request: RestRequest): Promise<Reply> {
  const version = versionOf(request);
  const found = await registry.getVersion(request.caller, subjectOf(request), version, showOf(request));
  return { text: (await shapeOptions(registry, request, found)).text ?? found.text };
}

async function referencedBy(registry: Registry, request: RestRequest): Promise<Reply> {
  const options = { ...showOf(request), ...sliceOf(request) };
  const version = versionOf(request);
  return { json: await registry.referencedBy(request.caller, subjectOf(request), version, options) };
}

/** What messages about the request name. */
export function aboutOf(request: RestRequest): { subject: string; version: string; schema?: string } {
  const schema = part(request, "id") || part(request, "guid");
  return {
    subject: subjectOf(request),
    version: part(request, "version"),
    ...(schema === "" ? {} : { schema }),
  };
}
