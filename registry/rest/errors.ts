import { Code } from "@connectrpc/connect";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { codeOf, Fault } from "../../platform/fault.js";

/** A refusal in the registry's REST face: `code` is Confluent's, its first three digits the HTTP status. */
export class RestError extends Error {
  override readonly name = "RestError";
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Confluent's codes, of the table of its API reference. */
export const restCodes = {
  unauthorized: 40_101,
  forbidden: 40_301,
  notFound: 404,
  subjectNotFound: 40_401,
  versionNotFound: 40_402,
  schemaNotFound: 40_403,
  methodNotAllowed: 405,
  tooLarge: 413,
  unprocessable: 422,
  schemaInvalid: 42_201,
  versionInvalid: 42_202,
  storeFailed: 50_001,
  storeTimeout: 50_002,
} as const;

/** The HTTP status of a code: itself, or its first three digits. */
export function statusOf(code: number): number {
  return code < 1_000 ? code : Math.floor(code / 100);
}

/** Any failure as an answer of the REST face; undefined for a bug. */
export function restErrorOf(error: unknown): RestError | undefined {
  if (error instanceof RestError) return error;
  if (!(error instanceof Fault)) return undefined;
  const { reason, message } = error;
  if (reason === FaultReason.KEY_INVALID) return new RestError(restCodes.unauthorized, message);
  if (reason === FaultReason.SCOPE_MISSING) return new RestError(restCodes.forbidden, message);
  if (reason === FaultReason.SCHEMA_INVALID) return new RestError(restCodes.schemaInvalid, message);
  if (reason === FaultReason.SUBJECT_NOT_FOUND) return new RestError(restCodes.subjectNotFound, message);
  if (reason === FaultReason.SCHEMA_VERSION_NOT_FOUND)
    return new RestError(restCodes.versionNotFound, message);
  if (reason === FaultReason.SCHEMA_NOT_FOUND) return new RestError(restCodes.schemaNotFound, message);
  if (reason === FaultReason.SUBJECT_INVALID) return new RestError(42_208, message);
  if (reason === FaultReason.BODY_INVALID) return new RestError(restCodes.tooLarge, message);
  if (codeOf(reason) === Code.Unavailable) return new RestError(restCodes.storeTimeout, message);
  return new RestError(
    codeOf(reason) === Code.NotFound ? restCodes.notFound : restCodes.unprocessable,
    message,
  );
}
