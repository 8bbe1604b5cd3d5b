import { createHash } from "node:crypto";
import { FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "./fault.js";

/**
 * The token of the next page of a keyset listing: the sort key of the last row, bound to the request it continues.
 * It is opaque to clients but no secret: what it names is checked against the caller's project like any request.
 */
export function encodePageToken(request: string, key: readonly string[]): string {
  return Buffer.from(JSON.stringify([bindingOf(request), ...key])).toString("base64url");
}

/**
 * The sort key in a token made for the same `request`, which has `length` parts; undefined for the empty token of a
 * first page.
 * @throws Fault PAGE_TOKEN_INVALID
 */
export function decodePageToken(request: string, token: string, length: number): string[] | undefined {
  if (token === "") return undefined;
  const parts = textsOf(Buffer.from(token, "base64url").toString());
  if (parts === undefined || parts.length !== length + 1 || parts[0] !== bindingOf(request)) {
    throw new Fault(FaultReason.PAGE_TOKEN_INVALID, "page_token: not one that was given for this request");
  }
  return parts.slice(1);
}

/** A list of texts in JSON, none with a NUL, which Postgres would refuse. */
function textsOf(json: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (!Array.isArray(value)) return undefined;
    return value.every((part) => typeof part === "string" && !part.includes("\0")) ? value : undefined;
  } catch {
    return undefined;
  }
}

function bindingOf(request: string): string {
  return createHash("sha256").update(request).digest("base64url").slice(0, 8);
}
