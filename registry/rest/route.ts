import type { Access } from "../../platform/serve/call.js";
import type { Registry } from "../registry.js";
import { RestError, restCodes } from "./errors.js";
import type { RestRequest } from "./request.js";

/** What is answered: JSON, a text as it is, or nothing. */
export type Reply = { readonly json: unknown } | { readonly text: string } | { readonly empty: true };

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** One path of the REST face with a method. */
export interface Route {
  readonly method: Method;
  /** Segments; `:name` stands for any one. */
  readonly path: string;
  readonly access: Access;
  answer(registry: Registry, request: RestRequest): Promise<Reply>;
}

/** A route with what stands for the names of its path. */
export interface FoundRoute {
  readonly route: Route;
  readonly parts: Readonly<Record<string, string>>;
}

/** The path is right, the method is not. */
export class MethodNotAllowed extends RestError {
  readonly allowed: readonly string[];

  constructor(allowed: readonly string[]) {
    super(restCodes.methodNotAllowed, "HTTP 405 Method Not Allowed");
    this.allowed = allowed;
  }
}

/** @throws RestError 404 for a path that there is not, MethodNotAllowed for another method of one that there is */
export function findRoute(routes: readonly Route[], method: string, segments: readonly string[]): FoundRoute {
  const asked = method === "HEAD" ? "GET" : method;
  const allowed: string[] = [];
  for (const route of routes) {
    const parts = matchPath(route.path, segments);
    if (parts === undefined) continue;
    if (route.method === asked) return { route, parts };
    allowed.push(...(route.method === "GET" ? ["GET", "HEAD"] : [route.method]));
  }
  if (allowed.length > 0) throw new MethodNotAllowed([...allowed, "OPTIONS"]);
  throw new RestError(restCodes.notFound, "HTTP 404 Not Found");
}

/** Segments of the paths of routes, which are few. */
const patterns = new Map<string, readonly string[]>();

function patternOf(path: string): readonly string[] {
  const known = patterns.get(path);
  if (known !== undefined) return known;
  const pattern = path.split("/").slice(1);
  patterns.set(path, pattern);
  return pattern;
}

function matchPath(path: string, segments: readonly string[]): Record<string, string> | undefined {
  const pattern = patternOf(path);
  if (pattern.length !== segments.length) return undefined;
  // A path that is another one mostly says so in its first segment.
  if (pattern[0] !== segments[0] && !pattern[0]?.startsWith(":")) return undefined;
  const parts: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (expected.startsWith(":")) {
      if (segment === "") return undefined;
      parts[expected.slice(1)] = segment;
    } else if (segment !== expected) return undefined;
  }
  return parts;
}
