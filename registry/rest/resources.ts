import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Access } from "../../platform/serve/call.js";
import type { Caller, VersionRecord } from "../records.js";
import type { Registry } from "../registry.js";
import { RestError, restCodes } from "./errors.js";

/** One path of the REST face: who may call it, and its answer. */
export interface Resource {
  readonly access: Access;
  answer(registry: Registry, caller: Caller, body: Record<string, unknown>): Promise<unknown>;
}

/** A path with its method; each group of the pattern is one segment, decoded. */
interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly resource: (segments: readonly string[]) => Resource;
}

const kindOfType: ReadonlyMap<unknown, SchemaKind> = new Map([
  ["JSON", SchemaKind.JSON_SCHEMA],
  ["AVRO", SchemaKind.AVRO],
]);

const routes: readonly Route[] = [
  {
    method: "GET",
    pattern: /^\/schemas\/types$/,
    resource: () => ({ access: "any", answer: async () => [...kindOfType.keys()] }),
  },
  {
    method: "GET",
    pattern: /^\/schemas\/ids\/([^/]+)$/,
    resource: ([id = ""]) => ({
      access: "any",
      answer: (registry, caller) => schemaById(registry, caller, id),
    }),
  },
  {
    method: "GET",
    pattern: /^\/subjects$/,
    resource: () => ({ access: "any", answer: (registry, caller) => registry.listSubjects(caller) }),
  },
  {
    method: "GET",
    pattern: /^\/subjects\/([^/]+)\/versions$/,
    resource: ([subject = ""]) => ({
      access: "any",
      answer: (registry, caller) => registry.listVersions(caller, subject),
    }),
  },
  {
    method: "GET",
    pattern: /^\/subjects\/([^/]+)\/versions\/([^/]+)$/,
    resource: ([subject = "", version = ""]) => ({
      access: "any",
      answer: (registry, caller) => schemaByVersion(registry, caller, { subject, version }),
    }),
  },
  {
    method: "POST",
    pattern: /^\/subjects\/([^/]+)\/versions$/,
    resource: ([subject = ""]) => ({
      access: "admin",
      answer: async (registry, caller, body) => {
        const { schema } = await registry.register(caller, subject, schemaOf(body));
        return { id: schema.schemaId };
      },
    }),
  },
];

/** @throws RestError 404 for a path that there is not, 405 for another method of one that there is */
export function findResource(method: string, pathname: string): Resource {
  const matching = routes.filter(({ pattern }) => pattern.test(pathname));
  const route = matching.find((candidate) => candidate.method === method);
  if (route !== undefined) {
    const [, ...segments] = route.pattern.exec(pathname) ?? [];
    return route.resource(segments.map(decoded));
  }
  if (matching.length > 0) throw new RestError(restCodes.methodNotAllowed, "HTTP 405 Method Not Allowed");
  throw new RestError(restCodes.notFound, "HTTP 404 Not Found");
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RestError(restCodes.notFound, "the path is not percent-encoded UTF-8");
  }
}

async function schemaById(registry: Registry, caller: Caller, id: string): Promise<unknown> {
  const schema = await registry.getById(caller, { schemaId: /^\d{1,10}$/.test(id) ? Number(id) : 0 });
  return { ...typeOf(schema), schema: schema.text };
}

async function schemaByVersion(
  registry: Registry,
  caller: Caller,
  { subject, version }: { subject: string; version: string },
): Promise<unknown> {
  const isNewest = version === "latest" || version === "-1";
  const number = /^[1-9]\d{0,9}$/.test(version) ? Number(version) : 0;
  if (!isNewest && (number === 0 || number > 2_147_483_647)) {
    const rule = 'Allowed values are between [1, 2^31-1] and the string "latest"';
    throw new RestError(
      restCodes.versionInvalid,
      `The specified version '${version}' is not a valid version id. ${rule}`,
    );
  }
  const schema = await registry.getVersion(caller, subject, isNewest ? "latest" : number);
  return {
    subject: schema.subject,
    version: schema.version,
    id: schema.schemaId,
    ...typeOf(schema),
    schema: schema.text,
  };
}

/** Older clients, which know Avro alone, need the type to be left out for it. */
function typeOf({ kind }: Pick<VersionRecord, "kind">): { schemaType?: string } {
  return kind === SchemaKind.JSON_SCHEMA ? { schemaType: "JSON" } : {};
}

function schemaOf(body: Record<string, unknown>): { kind: SchemaKind; text: string } {
  const { schema, schemaType = "AVRO" } = body;
  if (typeof schema !== "string" || schema === "")
    throw new RestError(restCodes.unprocessable, "schema is missing");
  const kind = kindOfType.get(schemaType);
  if (kind === undefined) throw new RestError(restCodes.unprocessable, "schemaType is neither AVRO nor JSON");
  return { kind, text: schema };
}
