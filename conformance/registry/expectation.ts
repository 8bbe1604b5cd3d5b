// What a step of a sequence expects of its answer. Pure.
import { isDeepStrictEqual } from "node:util";
import type { RestAnswer } from "./rest-client.js";

/** An expectation that an answer does not meet. */
export interface Unmet {
  readonly key: string;
  readonly expected: unknown;
  readonly got: unknown;
}

type Check = (expected: unknown, answer: RestAnswer) => { readonly isMet: boolean; readonly got: unknown };

const errorCode = ({ body }: RestAnswer) => member(body, "error_code");
const message = ({ body }: RestAnswer) => String(member(body, "message"));

const checks: Readonly<Record<string, Check>> = {
  status: (expected, { status }) => ({
    isMet: typeof expected === "number" ? status === expected : isOfClass(status, String(expected)),
    got: status,
  }),
  error_code: (expected, answer) => ({
    isMet: errorCode(answer) === expected,
    got: errorCode(answer),
  }),
  error_code_any_of: (expected, answer) => ({
    isMet: listOf(expected).includes(errorCode(answer)),
    got: errorCode(answer),
  }),
  body: (expected, { body }) => ({ isMet: isDeepStrictEqual(body, expected), got: body }),
  body_json: (expected, { body }) => ({ isMet: isDeepStrictEqual(body, expected), got: body }),
  body_set: (expected, { body }) => ({ isMet: isSameSet(body, listOf(expected)), got: body }),
  body_includes: (expected, { body }) => ({ isMet: includes(body, expected), got: body }),
  body_absent: (expected, { body }) => ({
    isMet: listOf(expected).every((key) => (member(body, String(key)) ?? null) === null),
    got: body,
  }),
  body_keys_present: (expected, { body }) => ({
    isMet: listOf(expected).every((key) => member(body, String(key)) !== undefined),
    got: body,
  }),
  list_length: (expected, { body }) => ({
    isMet: Array.isArray(body) && body.length === expected,
    got: body,
  }),
  headers: (expected, { headers }) => ({
    isMet: Object.entries(Object(expected)).every(([name, value]) => headers[name.toLowerCase()] === value),
    got: headers,
  }),
  message: (expected, answer) => ({ isMet: message(answer) === expected, got: message(answer) }),
  message_contains: (expected, answer) => ({
    isMet: listOf(expected).every((part) => message(answer).includes(String(part))),
    got: message(answer),
  }),
  message_any_of: (expected, answer) => ({
    isMet: listOf(expected).includes(message(answer)),
    got: message(answer),
  }),
  message_matches: (expected, answer) => ({
    isMet: listOf(expected).every((pattern) => new RegExp(String(pattern)).test(message(answer))),
    got: message(answer),
  }),
  messages_contain: (expected, { body }) => {
    const messages = listOf(member(body, "messages") ?? []).map(String);
    const isMet = listOf(expected).every((part) => messages.some((it) => it.includes(String(part))));
    return { isMet, got: body };
  },
};

/** What an answer does not meet; an expectation that is not known here is never met. */
export function unmet(expect: Readonly<Record<string, unknown>>, answer: RestAnswer): Unmet[] {
  return Object.entries(expect).flatMap(([key, expected]) => {
    const check = checks[key] ?? checks[key.replace(/^(message)s?_contains?(_all)?$/, "$1_contains")];
    if (check === undefined) return [{ key, expected, got: "an expectation of a kind unknown here" }];
    const { isMet, got } = check(expected, answer);
    return isMet ? [] : [{ key, expected, got }];
  });
}

/** "4xx" is any status from 400 to 499. */
function isOfClass(status: number, text: string): boolean {
  return /^\dxx$/.test(text) ? Math.floor(status / 100) === Number(text[0]) : status === Number(text);
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function isSameSet(got: unknown, expected: readonly unknown[]): boolean {
  if (!Array.isArray(got)) return false;
  const has = (list: readonly unknown[], item: unknown) => list.some((it) => isDeepStrictEqual(it, item));
  return got.every((it) => has(expected, it)) && expected.every((it) => has(got, it));
}

/**
 * Whether `got` has all that `expected` says: of an object, its members; of a list of objects, one like each; of
 * anything else, the same value.
 */
function includes(got: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) {
    return Array.isArray(got) && expected.every((item) => got.some((it) => includes(it, item)));
  }
  if (typeof expected !== "object" || expected === null) return isDeepStrictEqual(got, expected);
  if (typeof got !== "object" || got === null || Array.isArray(got)) return false;
  return Object.entries(expected).every(([key, value]) => includes(member(got, key), value));
}
