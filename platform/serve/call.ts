import type { Principal } from "../control/keys.js";

/** What a method knows of the call besides its request. */
export interface Call {
  readonly principal: Principal;
  /**
   * The project that the call is about: the key's own; for the operator's key the one named by the header
   * `tideline-project`, else empty.
   */
  readonly projectId: string;
  /** Fires when the caller is gone or its deadline has passed. */
  readonly signal: AbortSignal;
  /** A request header, by its lower-case name. */
  header(name: string): string | undefined;
  /** The caller's address as the gateway saw it; empty when not known. */
  readonly peer: string;
}

/** What a method asks of the key. "any": a valid key. "public": none. */
export type Access = "ingest" | "query" | "admin" | "operator" | "any" | "public";

/** The header by which the operator's key names a project. */
export const projectHeader = "tideline-project";

/**
 * The header by which a caller asks the door for verdicts alone ("true"): events are judged exactly as they would be,
 * and nothing is stored.
 */
export const dryRunHeader = "tideline-dry-run";

/**
 * The header by which the quarantine names what events replace that no table took: for each event of the batch, in
 * order, the raw sequence of the one before, or nothing, with commas between. With the operator's key alone.
 */
export const replacesHeader = "tideline-replaces";
