import { Code, ConnectError } from "@connectrpc/connect";
import { FaultDetailSchema, FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";

/** A refusal we chose. Anything else that is thrown is a bug or an outage. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly reason: FaultReason;
  /** What the reason is about; goes to the client. */
  readonly facts: Record<string, string>;

  constructor(
    reason: FaultReason,
    message: string,
    facts: Record<string, string> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.reason = reason;
    this.facts = facts;
  }
}

// Total: a reason without a code does not compile. Reasons of events are answered as verdicts; they have a code for
// the calls that act on a single event.
const codeOfReason: Record<FaultReason, Code> = {
  [FaultReason.UNSPECIFIED]: Code.Internal,
  [FaultReason.REQUEST_INVALID]: Code.InvalidArgument,
  [FaultReason.BODY_INVALID]: Code.InvalidArgument,
  [FaultReason.KEY_INVALID]: Code.Unauthenticated,
  [FaultReason.SCOPE_MISSING]: Code.PermissionDenied,
  [FaultReason.RATE_LIMITED]: Code.ResourceExhausted,
  [FaultReason.OVERLOADED]: Code.Unavailable,
  [FaultReason.ENGINE_UNAVAILABLE]: Code.Unavailable,
  [FaultReason.PROJECT_NOT_FOUND]: Code.NotFound,
  [FaultReason.PROJECT_EXISTS]: Code.AlreadyExists,
  [FaultReason.KEY_NOT_FOUND]: Code.NotFound,
  [FaultReason.SCHEMA_NOT_FOUND]: Code.NotFound,
  [FaultReason.SCHEMA_INVALID]: Code.InvalidArgument,
  [FaultReason.EVENT_NOT_FOUND]: Code.NotFound,
  [FaultReason.QUARANTINED_NOT_FOUND]: Code.NotFound,
  [FaultReason.USER_NOT_FOUND]: Code.NotFound,
  [FaultReason.QUERY_TOO_LARGE]: Code.ResourceExhausted,
  [FaultReason.QUERY_TIMEOUT]: Code.DeadlineExceeded,
  [FaultReason.PAGE_TOKEN_INVALID]: Code.InvalidArgument,
  [FaultReason.NOT_OFFERED]: Code.Unimplemented,
  [FaultReason.SUBJECT_NOT_FOUND]: Code.NotFound,
  [FaultReason.SCHEMA_VERSION_NOT_FOUND]: Code.NotFound,
  [FaultReason.SUBJECT_SOFT_DELETED]: Code.NotFound,
  [FaultReason.SUBJECT_NOT_SOFT_DELETED]: Code.FailedPrecondition,
  [FaultReason.SCHEMA_VERSION_SOFT_DELETED]: Code.NotFound,
  [FaultReason.SCHEMA_VERSION_NOT_SOFT_DELETED]: Code.FailedPrecondition,
  [FaultReason.REGISTRY_CONFIG_NOT_FOUND]: Code.NotFound,
  [FaultReason.REGISTRY_MODE_NOT_FOUND]: Code.NotFound,
  [FaultReason.SCHEMA_INCOMPATIBLE]: Code.FailedPrecondition,
  [FaultReason.SCHEMA_REFERENCE_NOT_FOUND]: Code.FailedPrecondition,
  [FaultReason.SCHEMA_VERSION_NOT_NEXT]: Code.FailedPrecondition,
  [FaultReason.REGISTRY_MODE_FORBIDS]: Code.FailedPrecondition,
  [FaultReason.SCHEMA_REFERENCED]: Code.FailedPrecondition,
  [FaultReason.SCHEMA_ID_TAKEN]: Code.AlreadyExists,
  [FaultReason.SUBJECT_INVALID]: Code.InvalidArgument,
  [FaultReason.SCHEMA_TOO_LARGE]: Code.InvalidArgument,
  [FaultReason.RULE_SET_INVALID]: Code.InvalidArgument,
  [FaultReason.CONTEXT_NOT_EMPTY]: Code.FailedPrecondition,
  [FaultReason.SCHEMA_VER_WRONG]: Code.FailedPrecondition,
  [FaultReason.DATA_EXPIRED]: Code.OutOfRange,
  [FaultReason.SQL_INVALID]: Code.InvalidArgument,
  [FaultReason.SQL_NOT_ALLOWED]: Code.InvalidArgument,
  [FaultReason.PAGE_TOKEN_STALE]: Code.FailedPrecondition,
  [FaultReason.COHORT_NOT_FOUND]: Code.NotFound,
  [FaultReason.COHORT_REFERENCED]: Code.FailedPrecondition,
  [FaultReason.DEFINITION_CHANGED]: Code.Aborted,
  [FaultReason.METRIC_NOT_FOUND]: Code.NotFound,
  [FaultReason.METRIC_CHANGED]: Code.FailedPrecondition,
  [FaultReason.QUERY_BUSY]: Code.ResourceExhausted,
  [FaultReason.QUERY_NOT_FOUND]: Code.NotFound,
  [FaultReason.IDEMPOTENCY_KEY_REUSED]: Code.AlreadyExists,
  [FaultReason.QUERY_ABANDONED]: Code.Aborted,
  [FaultReason.EVENT_UNDECODABLE]: Code.InvalidArgument,
  [FaultReason.EVENT_TYPE_MISSING]: Code.InvalidArgument,
  [FaultReason.EVENT_FIELD_TOO_LONG]: Code.InvalidArgument,
  [FaultReason.EVENT_TOO_LARGE]: Code.InvalidArgument,
  [FaultReason.EVENT_TEXT_INVALID]: Code.InvalidArgument,
  [FaultReason.EVENT_LOG_UNAVAILABLE]: Code.Unavailable,
  [FaultReason.EVENT_PROPERTIES_INVALID]: Code.InvalidArgument,
  [FaultReason.EVENT_SCHEMA_VIOLATION]: Code.InvalidArgument,
  [FaultReason.EVENT_TYPE_UNREGISTERED]: Code.FailedPrecondition,
  [FaultReason.EVENT_SCHEMA_UNKNOWN]: Code.NotFound,
  [FaultReason.EVENT_TIME_IN_FUTURE]: Code.InvalidArgument,
  [FaultReason.EVENT_TIME_INVALID]: Code.InvalidArgument,
  [FaultReason.EVENT_POISONED]: Code.Internal,
  [FaultReason.EVENT_ID_REUSED]: Code.AlreadyExists,
};

/** The wire code of a reason; Connect's and gRPC's numbers are the same. */
export function codeOf(reason: FaultReason): Code {
  return codeOfReason[reason];
}

/** The refusal for an engine that did not answer in time. Retrying helps. */
export function engineUnavailable(engine: string, cause?: unknown, retryAfterMs = 1_000): Fault {
  const facts = { engine, retry_after_ms: String(retryAfterMs) };
  const message = `${engine} does not answer; try again`;
  return new Fault(FaultReason.ENGINE_UNAVAILABLE, message, facts, { cause });
}

/** The refusal for a field of a request that breaks a rule. */
export function requestInvalid(field: string, rule: string, message: string): Fault {
  return new Fault(FaultReason.REQUEST_INVALID, `${field}: ${message}`, { field, rule });
}

/**
 * The only place where an error becomes a wire error: a Fault keeps its reason and facts; anything else becomes
 * "internal error", its cause kept for our log.
 */
export function toConnectError(cause: unknown): ConnectError {
  if (cause instanceof ConnectError) return cause;
  if (!(cause instanceof Fault)) {
    return new ConnectError("internal error", Code.Internal, undefined, undefined, cause);
  }
  const value = { reason: cause.reason, facts: cause.facts };
  const headers = retryAfterHeader(cause.facts["retry_after_ms"]);
  return new ConnectError(
    cause.message,
    codeOf(cause.reason),
    headers,
    [{ desc: FaultDetailSchema, value }],
    cause,
  );
}

function retryAfterHeader(milliseconds: string | undefined): Record<string, string> | undefined {
  if (milliseconds === undefined) return undefined;
  return { "retry-after": String(Math.max(1, Math.ceil(Number(milliseconds) / 1_000))) };
}
