import { randomBytes } from "node:crypto";

const BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz";

/** The first characters of a secret, to recognize it by; 24 of its 190 bits. */
export function hintOfSecret(secret: string): string {
  return secret.slice(0, 7);
}

/** A new id: the prefix and 12 lower-case letters and digits, 62 random bits. */
export function newId(prefix: string): string {
  let id = prefix;
  while (id.length < prefix.length + 12) {
    for (const byte of randomBytes(24)) {
      // Below the last multiple of 36, so that every character is equally likely.
      if (byte < 252 && id.length < prefix.length + 12) id += BASE36[byte % 36];
    }
  }
  return id;
}
