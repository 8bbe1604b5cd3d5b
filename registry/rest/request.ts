// A request of the REST face, read: its path's parts, its query and its body. Pure.

import type { Caller } from "../records.js";
import type { Show, VersionChoice } from "../registry.js";
import { defaultContext, isQualified, parseContext } from "../subject-name.js";
import { RestError, restCodes } from "./errors.js";

/** The path of a request, decoded. */
export interface RestPath {
  /** Without the leading `/contexts/{context}` where more follows it. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** The context that the path names, such as ".ctx"; undefined where it names none. */
  readonly context: string | undefined;
}

/** A request that was let in. */
export interface RestRequest {
  readonly caller: Caller;
  /** What stands for each `:name` of the route. */
  readonly parts: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly context: string | undefined;
  /** Of a POST or PUT; undefined for others, and where it was empty or no JSON. */
  readonly body: unknown;
}

/**
 * Splits a URL as it was sent: no dot segment is resolved, since "." is a context, and an encoded slash stays within
 * its segment. One slash at the end and several at the start are let be.
 * @throws RestError
 */
export function readPath(url: string): RestPath {
  const [path = "", ...rest] = url.split("?");
  const trimmed = path.replace(/^\/+/, "").replace(/\/$/, "");
  const segments = trimmed === "" ? [] : trimmed.split("/").map(decoded);
  const query = new URLSearchParams(rest.join("?"));
  const [first, context = ""] = segments;
  if (first !== "contexts" || segments.length < 3) return { segments, query, context: undefined };
  return { segments: segments.slice(2), query, context: parseContext(context) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RestError(restCodes.notFound, "the path is not percent-encoded UTF-8");
  }
}

/** A part of the path; empty where the route has none of that name. */
export function part({ parts }: RestRequest, name: string): string {
  return parts[name] ?? "";
}

/** A name within the context of the path, if it has one. */
export function qualified({ context }: RestRequest, name: string): string {
  return context === undefined || isQualified(name) || name.startsWith(":*:") ? name : `:${context}:${name}`;
}

/** The subject that the path names. */
export function subjectOf(request: RestRequest): string {
  return qualified(request, part(request, "subject"));
}

/** What a configuration or mode is of: the path's subject, its context, or "" for the default context. */
export function scopeOf(request: RestRequest): string {
  const scope = qualified(request, part(request, "subject"));
  return scope === `:${defaultContext}:` ? "" : scope;
}

const versionMax = 2_147_483_647;

/** The version that the path names. @throws RestError 42202 */
export function versionOf(request: RestRequest): VersionChoice {
  const text = part(request, "version");
  if (text === "latest" || text === "-1") return "latest";
  const number = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= versionMax) return number;
  const rule = 'Allowed values are between [1, 2^31-1] and the string "latest"';
  throw new RestError(
    restCodes.versionInvalid,
    `The specified version '${text}' is not a valid version id. ${rule}`,
  );
}

/** The id that the path names. @throws RestError 404 for a word, as for a path that there is not */
export function idOf(request: RestRequest): number {
  const text = part(request, "id");
  if (!/^-?\d{1,10}$/.test(text) || Math.abs(Number(text)) > versionMax) {
    throw new RestError(restCodes.notFound, "HTTP 404 Not Found");
  }
  if (Number(text) >= 1) return Number(text);
  throw new RestError(restCodes.schemaNotFound, `Schema ${text} not found`);
}

/** Whether a parameter says true; undefined where it is not given. */
export function flag({ query }: RestRequest, name: string): boolean | undefined {
  const value = query.get(name);
  return value === null ? undefined : value.toLowerCase() === "true";
}

/** Which versions or subjects are asked for, by `deleted` and `deletedOnly`. */
export function showOf(request: RestRequest): { show: Show } {
  if (flag(request, "deletedOnly") === true) return { show: "deleted" };
  return { show: flag(request, "deleted") === true ? "all" : "live" };
}

/** The part of a list that `offset` and `limit` name; a negative limit is none. @throws RestError 400 */
export function sliceOf({ query }: RestRequest): { offset: number; limit?: number } {
  const offset = integer(query, "offset") ?? 0;
  const limit = integer(query, "limit") ?? -1;
  return { offset: Math.max(0, offset), ...(limit < 0 ? {} : { limit }) };
}

function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new RestError(restCodes.badRequest, `${name} has to be a whole number`);
}

/** The body as an object. @throws RestError 422 */
export function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === "object" && body !== null && !Array.isArray(body)) {
    return body as Record<string, unknown>;
  }
  throw new RestError(restCodes.unprocessable, "the body has to be a JSON object");
}
