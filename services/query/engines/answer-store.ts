import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { defineScript } from "../../../platform/engines/redis.js";
import type { AnswerStore, KeptAnswer } from "../cache/answer-store.js";

/** Larger answers are not kept. */
const answerBytesMax = 2 * 2 ** 20;

/** Gives back a lock that is still our own. */
const unlockScript = `if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) end return 0`;

/** Answers in Redis: `<prefix>:answer:<key>`, and locks: `<prefix>:answer-lock:<key>`. */
export function redisAnswers(redis: Redis, prefix: string): AnswerStore {
  const named = (kind: string, key: string): string => `${prefix === "" ? "" : `${prefix}:`}${kind}:${key}`;
  const unlock = defineScript(redis, "answerUnlock", unlockScript);
  const owner = randomUUID();
  return {
    async get(key) {
      const bytes = await redis.getBuffer(named("answer", key)).catch(() => null);
      return bytes === null ? undefined : decode(bytes);
    },
    async put(key, answer, keepMs) {
      const bytes = encode(answer);
      if (bytes.length > answerBytesMax) return;
      await redis.set(named("answer", key), bytes, "PX", Math.ceil(keepMs)).catch(() => undefined);
    },
    async lock(key, holdMs) {
      const taken = await redis.set(named("answer-lock", key), owner, "PX", holdMs, "NX").catch(() => "OK");
      return taken === "OK";
    },
    async unlock(key) {
      await unlock([named("answer-lock", key)], [owner]).catch(() => undefined);
    },
  };
}

/** The length of what is said of the answer, that in JSON, the answer. */
function encode({ response, ...about }: KeptAnswer): Buffer {
  const head = Buffer.from(JSON.stringify(about));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, response]);
}

function decode(bytes: Buffer): KeptAnswer | undefined {
  try {
    const end = 4 + bytes.readUInt32BE(0);
    const about = JSON.parse(bytes.toString("utf8", 4, end)) as Omit<KeptAnswer, "response">;
    return { ...about, response: bytes.subarray(end) };
  } catch {
    // Written by another version of this code.
    return undefined;
  }
}
