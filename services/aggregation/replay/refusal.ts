/** Thrown for what the user can put right; shown as one line. */
export class ReplayRefusedError extends Error {
  override readonly name = "ReplayRefusedError";
}
