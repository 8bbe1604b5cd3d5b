/** What became of an event; the names are those of tideline.event.v1.Outcome. */
export type Outcome =
  | "OUTCOME_ACCEPTED"
  | "OUTCOME_DUPLICATE"
  | "OUTCOME_CONFLICT"
  | "OUTCOME_QUARANTINED"
  | "OUTCOME_REJECTED";

/** Why an event was not simply accepted. */
export interface EventFault {
  /** A name of tideline.fault.v1.FaultReason. */
  readonly reason: string;
  readonly field?: string;
  readonly rule?: string;
  readonly message?: string;
  readonly retryable?: boolean;
  readonly schemaVersion?: number;
}

/** The server's verdict on one event. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly fault?: EventFault;
  readonly eventId: string;
}

/** Why an event was not sent, or not answered: the server's code in lower case, or the client's own. */
export class TidelineError extends Error {
  override readonly name = "TidelineError";
  /** Such as "unauthenticated", "unavailable"; the client's own are "queue_full" and "closed". */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
