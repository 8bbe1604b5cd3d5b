import { requestInvalid } from "../../platform/fault.js";

const CONTROL = /\p{Cc}/u;

/**
 * A name as people write it, without the white space around it.
 * @throws Fault REQUEST_INVALID where nothing is left or a control character is in it
 */
export function cleanName(name: string): string {
  const clean = name.trim();
  if (clean === "") throw requestInvalid("name", "min_len", "must not be blank");
  if (CONTROL.test(clean)) throw requestInvalid("name", "pattern", "must not hold control characters");
  return clean;
}
