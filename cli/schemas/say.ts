import { Code, ConnectError } from "@connectrpc/connect";
import { safeText } from "../show/table.js";

const TEXT_MAX = 500;

/** One line about a file. */
export const say = (file: string, text: string): void => console.log(`${file}: ${safeText(text, TEXT_MAX)}`);

/** Whether nothing can be done for other files either: there is no server, or no key for it. */
export const isFatal = (error: unknown): boolean =>
  error instanceof ConnectError && (error.code === Code.Unavailable || error.code === Code.Unauthenticated);
