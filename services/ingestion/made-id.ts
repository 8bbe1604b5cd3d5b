import { randomFillSync } from "node:crypto";

const pool = Buffer.alloc(4_096);
let used = pool.length;

/** An id for an event that came without one: UUIDv7 (RFC 9562), so that ids made later sort later. */
export function makeEventId(nowMs: number): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.toString("hex", used, used + 10);
  used += 10;
  const time = nowMs.toString(16).padStart(12, "0");
  const variant = (8 + (Number.parseInt(random.slice(3, 4), 16) & 3)).toString(16);
  const last = random.slice(7, 19);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${last}`;
}
