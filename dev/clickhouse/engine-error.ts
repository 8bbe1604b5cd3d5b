/** An error as ClickHouse reports it: a code, a text and the code's name. */
export class EngineError extends Error {
  readonly code: number;
  /** What a client is shown, in ClickHouse's own form. */
  readonly text: string;

  constructor(code: number, message: string, name: string) {
    super(message);
    this.code = code;
    this.text = `Code: ${code}. DB::Exception: ${message}. (${name})`;
  }
}

/** HTTP status by error code, as ClickHouse maps them; what is not here is 500. */
const statusOf = new Map<number, number>([
  ...[6, 26, 27, 33, 36, 38, 41, 43, 44, 53, 57, 62, 69, 70, 72, 117, 130, 131, 386, 456, 457].map(
    (code): [number, number] => [code, 400],
  ),
  ...[46, 47, 50, 56, 60, 63, 73, 78, 81, 115].map((code): [number, number] => [code, 404]),
  [48, 501],
  [159, 408],
  [191, 413],
  [209, 503],
  [241, 500],
  [497, 403],
]);

/** The HTTP status of an error code. */
export function httpStatusOf(code: number): number {
  return statusOf.get(code) ?? 500;
}

/** The error inside whatever the engine's package threw. */
export function engineErrorOf(error: unknown): { code: number; text: string } {
  if (error instanceof EngineError) return { code: error.code, text: error.text };
  const text = error instanceof Error ? error.message : String(error);
  const code = /Code: (\d+)\./.exec(text)?.[1];
  if (code === undefined)
    return { code: 1002, text: `Code: 1002. DB::Exception: ${text}. (UNKNOWN_EXCEPTION)` };
  return { code: Number(code), text: text.slice(text.indexOf("Code: ")) };
}
