import { Redis } from "ioredis";

/** A Lua script under a name, run by its hash: one round trip. */
export type Script = (
  keys: readonly (string | Buffer)[],
  args: readonly (string | number | Buffer)[],
) => Promise<unknown>;

/** Opens Redis. Commands fail at once while it is away, so that callers decide what its absence means. */
export async function openRedis({ url, name }: { url: string; name: string }): Promise<Redis> {
  const redis = new Redis(url, {
    connectionName: name,
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  });
  // Each failure shows in the command that met it and in health; without a listener it would end the process.
  redis.on("error", () => undefined);
  await redis.connect().catch(() => undefined);
  return redis;
}

/** Tells whether Redis can be asked right now. */
export function redisReady(redis: Redis): boolean {
  return redis.status === "ready";
}

/**
 * Defines a script; ioredis sends its hash, and its text where the server doesn't know it. Replies are Buffers when
 * `binary`.
 */
export function defineScript(
  redis: Redis,
  name: string,
  lua: string,
  options?: { binary?: boolean },
): Script {
  redis.defineCommand(name, { lua });
  const command = options?.binary ? `${name}Buffer` : name;
  return (keys, args) => {
    const run = Reflect.get(redis, command) as (...parts: unknown[]) => Promise<unknown>;
    // As lists, which ioredis flattens: spread, a hundred thousand of them would overflow the stack.
    return run.call(redis, keys.length, keys, args);
  };
}
