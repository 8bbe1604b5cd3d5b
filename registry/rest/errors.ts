import { Code } from "@connectrpc/connect";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { codeOf, Fault } from "../../platform/fault.js";

/** A refusal in the registry's REST face: `code` is Confluent's, its first three digits the HTTP status. */
export class RestError extends Error {
  override readonly name = "RestError";
  readonly code: number;
  /** Why, where Confluent's message does not say. */
  readonly reason: string | undefined;

  constructor(code: number, message: string, options?: ErrorOptions & { readonly reason?: string }) {
    super(message, options);
    this.code = code;
    this.reason = options?.reason;
  }
}

/** Confluent's codes, of the table of its API reference. */
export const restCodes = {
  badRequest: 400,
  unauthorized: 40_101,
  forbidden: 40_301,
  notFound: 404,
  subjectNotFound: 40_401,
  versionNotFound: 40_402,
  schemaNotFound: 40_403,
  subjectSoftDeleted: 40_404,
  subjectNotSoftDeleted: 40_405,
  versionSoftDeleted: 40_406,
  versionNotSoftDeleted: 40_407,
  configNotFound: 40_408,
  modeNotFound: 40_409,
  methodNotAllowed: 405,
  notAcceptable: 406,
  incompatible: 40_901,
  tooLarge: 413,
  unsupportedMediaType: 415,
  unprocessable: 422,
  schemaInvalid: 42_201,
  versionInvalid: 42_202,
  levelInvalid: 42_203,
  modeInvalid: 42_204,
  notPermitted: 42_205,
  referenced: 42_206,
  subjectInvalid: 42_208,
  schemaTooLarge: 42_209,
  ruleSetInvalid: 42_210,
  contextNotEmpty: 42_211,
  tooManyRequests: 429,
  storeFailed: 50_001,
  storeTimeout: 50_002,
} as const;

/** The HTTP status of a code: itself, or its first three digits. */
export function statusOf(code: number): number {
  return code < 1_000 ? code : Math.floor(code / 100);
}

/** What a request is about, as it was written: messages name it. */
export interface About {
  readonly subject?: string;
  readonly version?: string;
  /** An id or a guid. */
  readonly schema?: string;
}

const codes: Partial<Record<FaultReason, number>> = {
  [FaultReason.KEY_INVALID]: restCodes.unauthorized,
  [FaultReason.SCOPE_MISSING]: restCodes.forbidden,
  [FaultReason.BODY_INVALID]: restCodes.badRequest,
  [FaultReason.RATE_LIMITED]: restCodes.tooManyRequests,
  [FaultReason.SUBJECT_NOT_FOUND]: restCodes.subjectNotFound,
  [FaultReason.SCHEMA_VERSION_NOT_FOUND]: restCodes.versionNotFound,
  [FaultReason.SCHEMA_NOT_FOUND]: restCodes.schemaNotFound,
  [FaultReason.SUBJECT_SOFT_DELETED]: restCodes.subjectSoftDeleted,
  [FaultReason.SUBJECT_NOT_SOFT_DELETED]: restCodes.subjectNotSoftDeleted,
  [FaultReason.SCHEMA_VERSION_SOFT_DELETED]: restCodes.versionSoftDeleted,
  [FaultReason.SCHEMA_VERSION_NOT_SOFT_DELETED]: restCodes.versionNotSoftDeleted,
  [FaultReason.REGISTRY_CONFIG_NOT_FOUND]: restCodes.configNotFound,
  [FaultReason.REGISTRY_MODE_NOT_FOUND]: restCodes.modeNotFound,
  [FaultReason.SCHEMA_INCOMPATIBLE]: restCodes.incompatible,
  [FaultReason.SCHEMA_INVALID]: restCodes.schemaInvalid,
  [FaultReason.SCHEMA_REFERENCE_NOT_FOUND]: restCodes.schemaInvalid,
  [FaultReason.SCHEMA_VERSION_NOT_NEXT]: restCodes.schemaInvalid,
  [FaultReason.SCHEMA_VER_WRONG]: restCodes.schemaInvalid,
  [FaultReason.REGISTRY_MODE_FORBIDS]: restCodes.notPermitted,
  [FaultReason.SCHEMA_ID_TAKEN]: restCodes.notPermitted,
  [FaultReason.SCHEMA_REFERENCED]: restCodes.referenced,
  [FaultReason.SUBJECT_INVALID]: restCodes.subjectInvalid,
  [FaultReason.SCHEMA_TOO_LARGE]: restCodes.schemaTooLarge,
  [FaultReason.RULE_SET_INVALID]: restCodes.ruleSetInvalid,
  [FaultReason.CONTEXT_NOT_EMPTY]: restCodes.contextNotEmpty,
};

/** Any failure as an answer of the REST face; undefined for a bug. */
export function restErrorOf(error: unknown, about: About = {}): RestError | undefined {
  if (error instanceof RestError) return error;
  if (!(error instanceof Fault)) return undefined;
  const { reason, message, facts } = error;
  const isTooLarge = reason === FaultReason.BODY_INVALID && facts["limit"] !== undefined;
  const code = isTooLarge ? restCodes.tooLarge : (codes[reason] ?? otherCode(reason));
  return new RestError(code, textOf(code, about) ?? message, { cause: error });
}

function otherCode(reason: FaultReason): number {
  const wire = codeOf(reason);
  if (wire === Code.Unavailable || wire === Code.DeadlineExceeded) return restCodes.storeTimeout;
  return wire === Code.NotFound ? restCodes.notFound : restCodes.unprocessable;
}

/** Confluent's message, which people search for; undefined where our own says more. */
function textOf(code: number, { subject = "", version = "", schema }: About): string | undefined {
  switch (code) {
    case restCodes.subjectNotFound:
      return `Subject '${subject}' not found.`;
    case restCodes.versionNotFound:
      return version === "" ? undefined : `Version ${version} not found.`;
    case restCodes.schemaNotFound:
      return schema === undefined ? "Schema not found" : `Schema ${schema} not found`;
    case restCodes.subjectSoftDeleted:
      return `Subject '${subject}' was soft deleted. Set permanent=true to delete permanently`;
    case restCodes.subjectNotSoftDeleted:
      return `Subject '${subject}' was not deleted first before being permanently deleted`;
    case restCodes.versionSoftDeleted:
      return `Subject '${subject}' Version ${version} was soft deleted. Set permanent=true to delete permanently`;
    case restCodes.versionNotSoftDeleted:
      return `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`;
    case restCodes.configNotFound:
      return `Subject '${subject}' does not have subject-level compatibility configured`;
    case restCodes.modeNotFound:
      return `Subject '${subject}' does not have subject-level mode configured`;
    default:
      return undefined;
  }
}
