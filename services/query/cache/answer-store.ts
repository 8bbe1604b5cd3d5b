/** An answer as it is kept. */
export interface KeptAnswer {
  /** The response message. */
  readonly response: Uint8Array;
  /** What the data were when it was computed; see sql/version.ts. */
  readonly version: string;
  /** True where everything the version tells of was in every table: the same version then means the same answer. */
  readonly isSettled: boolean;
  readonly computedAtMs: number;
  /** Up to when it is known to hold. */
  readonly holdsAtMs: number;
}

/** Where answers are kept. While the engine is away there is no cache: nothing throws. */
export interface AnswerStore {
  get(key: string): Promise<KeptAnswer | undefined>;
  put(key: string, answer: KeptAnswer, keepMs: number): Promise<void>;
  /** Takes the right to compute an answer; false where another instance has it. True while the engine is away. */
  lock(key: string, holdMs: number): Promise<boolean>;
  unlock(key: string): Promise<void>;
}
