import type { IncomingMessage, ServerResponse } from "node:http";
import { requestInvalid } from "../fault.js";
import type { Access, Call } from "./call.js";

/** A path of plain HTTP beside the RPCs. */
export interface HttpRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /**
   * Segments, of which `{name}` stands for any one that is not empty. `*` at the end of a path matches every path below
   * that is no other route's, and no interface's.
   */
  readonly path: string;
  readonly access: Access;
  /** Answers; what it throws becomes a JSON error as Connect writes it. Bodies are read by `read`. */
  handle(request: IncomingMessage, response: ServerResponse, call: Call, read: BodyReader): Promise<void>;
}

/**
 * Reads the whole body, unzipped where it says gzip.
 * @throws Fault BODY_INVALID when it is larger than `bytesMax`, zipped wrongly or in another way; OVERLOADED
 */
export type BodyReader = (bytesMax: number) => Promise<Buffer>;

/** Paths of programs: what is not offered below them is said to a program, never by a page. */
const interfaces = /^\/(?:tideline\.|v1(?:\/|$)|graphql$)/;

/** What answers a path: its route, or the methods that the path takes instead; undefined where nothing has the path. */
export function findRoute(
  routes: readonly HttpRoute[],
  method: string | undefined,
  path: string,
): { readonly route: HttpRoute } | { readonly allowed: readonly string[] } | undefined {
  const asked = method === "HEAD" ? "GET" : method;
  const here = routes.filter(
    (route) => !route.path.endsWith("*") && segmentsOf(route.path, path) !== undefined,
  );
  const exact = here.find((route) => route.method === asked);
  if (exact !== undefined) return { route: exact };
  if (here.length > 0) {
    const allowed = here.flatMap((route) => (route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
    return { allowed: [...allowed, "OPTIONS"] };
  }
  if (interfaces.test(path)) return undefined;
  const below = routes.find(
    (route) => route.path.endsWith("*") && route.method === asked && path.startsWith(route.path.slice(0, -1)),
  );
  return below === undefined ? undefined : { route: below };
}

/** The path of a request, without its query. */
export function pathOf({ url = "/" }: IncomingMessage): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

/**
 * What stands for the names of a route's path.
 * @throws Fault REQUEST_INVALID that names the one which is not escaped as an address is
 */
export function partsOf(route: string, path: string): Readonly<Record<string, string>> {
  const parts = Object.entries(segmentsOf(route, path) ?? {});
  return Object.fromEntries(parts.map(([name, text]) => [name, unescaped(name, text)]));
}

function unescaped(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw requestInvalid(name, "path.escape", "not escaped as UTF-8 in an address is");
  }
}

/** The segments that stand for names; undefined where the path is another. */
function segmentsOf(route: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [route.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const parts: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const text = given[index] ?? "";
    if (segment.startsWith("{")) {
      if (text === "") return undefined;
      parts[segment.slice(1, -1)] = text;
    } else if (segment !== text) return undefined;
  }
  return parts;
}
