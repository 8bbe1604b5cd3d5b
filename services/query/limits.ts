/** What one question may cost. */
export interface Limits {
  readonly timeMs: number;
  readonly memoryBytes: number;
  /** Groups of one statement: series and buckets. */
  readonly groups: number;
  readonly resultRows: number;
  readonly resultBytes: number;
}

export const limitDefaults: Limits = {
  timeMs: 20_000,
  memoryBytes: 2 * 2 ** 30,
  groups: 2_000_000,
  resultRows: 1_000_000,
  resultBytes: 64 * 2 ** 20,
};
