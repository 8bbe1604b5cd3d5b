import { hostname } from "node:os";
import { streamDefaults } from "./streams.js";

/** Environment variables, as a process is given them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Reads one setting each; what is wrong is gathered and reported at once by readSettings. */
export interface SettingsReader {
  /** A whole number within bounds. */
  integer(key: string, bounds: { min: number; max: number; fallback?: number }): number;
  /** An absolute URL, as text. */
  url(key: string, options?: { fallback?: string }): string;
  /** Any text that is not empty. */
  text(key: string, options?: { fallback?: string }): string;
  /** "1", "true", "0" or "false". */
  flag(key: string, fallback: boolean): boolean;
  /** A text without a default, at least 16 characters. */
  secret(key: string): string;
  /** Secrets without a default, separated by commas, at least 16 characters each. */
  secrets(key: string): readonly string[];
  /** One of the given words. */
  oneOf<T extends string>(key: string, words: readonly T[], fallback: T): T;
}

/**
 * Reads a process's settings, once, in its main. The result is frozen.
 * @throws Error that names every setting that is wrong, never its value.
 */
export function readSettings<T extends object>(env: Env, read: (reader: SettingsReader) => T): Readonly<T> {
  const wrong: string[] = [];
  const settings = read(readerOf(env, wrong));
  if (wrong.length > 0) throw new Error(`configuration: ${wrong.join("; ")}`);
  return Object.freeze(settings);
}

function readerOf(env: Env, wrong: string[]): SettingsReader {
  function take<T>(
    key: string,
    fallback: T | undefined,
    parse: (text: string) => T | undefined,
    rule: string,
  ): T {
    const text = env[key];
    if (text === undefined || text === "") {
      if (fallback === undefined) wrong.push(`${key}: not set (${rule})`);
      return fallback as T; // Never used when it is undefined: readSettings throws.
    }
    const value = parse(text);
    if (value === undefined) wrong.push(`${key}: not valid (${rule})`);
    return value as T; // As above.
  }
  return {
    integer: (key, { min, max, fallback }) =>
      take(key, fallback, (text) => integerIn(text, min, max), `a whole number from ${min} to ${max}`),
    url: (key, options) =>
      take(key, options?.fallback, (text) => (URL.canParse(text) ? text : undefined), "a URL"),
    text: (key, options) => take(key, options?.fallback, (text) => text, "a text"),
    flag: (key, fallback) => take(key, fallback, flagOf, "true or false"),
    secret: (key) =>
      take(
        key,
        undefined,
        (text) => (text.length >= 16 ? text : undefined),
        "a secret of 16 characters or more",
      ),
    secrets: (key) =>
      take(key, undefined, secretsOf, "a secret of 16 characters or more, or several separated by commas"),
    oneOf: (key, words, fallback) =>
      take(key, fallback, (text) => words.find((word) => word === text), words.join(", ")),
  };
}

function integerIn(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return /^-?\d{1,15}$/.test(text) && value >= min && value <= max ? value : undefined;
}

function secretsOf(text: string): readonly string[] | undefined {
  const secrets = text.split(",");
  return secrets.every((secret) => secret.length >= 16) ? secrets : undefined;
}

function flagOf(text: string): boolean | undefined {
  if (text === "1" || text === "true") return true;
  return text === "0" || text === "false" ? false : undefined;
}

const logLevels = ["debug", "info", "warn", "error"] as const;

/** What every service needs to know. */
export interface CommonSettings {
  /** Port of gRPC; 0 takes a free one. */
  readonly grpcPort: number;
  /** Port of Connect, plain HTTP and health; 0 takes a free one. */
  readonly httpPort: number;
  /** The address both listen on. */
  readonly bind: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly databaseUrl: string;
  /** Whether statements are prepared by name: not behind a pooler in transaction mode. */
  readonly databasePrepares: boolean;
  readonly clickhouseUrl: string;
  readonly clickhouseDatabase: string;
  /** Put before every stream, subject, bucket and key, so that several deployments can share engines. */
  readonly prefix: string;
  readonly operatorKey: string;
  /** Partitions of the log; fixed for the life of a deployment. */
  readonly partitions: number;
  /** Copies that JetStream keeps of every message. */
  readonly replicas: number;
  /** The most bytes of each stream; below what the disk has for it. A full stream refuses, it drops nothing. */
  readonly streamBytesMax: number;
  /**
   * Claims of ids are kept in two to this power buckets; taken at the first start of a deployment. A bucket holds about
   * 90 ids best: 16 are enough for 6 million ids a day, 22 for 377 million.
   */
  readonly claimBucketBits: number;
  /** Names this process among its like. */
  readonly instance: string;
  readonly logLevel: (typeof logLevels)[number];
}

/** Reads the settings that all services share. */
export function commonSettings(read: SettingsReader): CommonSettings {
  return {
    grpcPort: read.integer("TIDELINE_GRPC_PORT", { min: 0, max: 65_535, fallback: 0 }),
    httpPort: read.integer("TIDELINE_HTTP_PORT", { min: 0, max: 65_535, fallback: 0 }),
    bind: read.text("TIDELINE_BIND", { fallback: "127.0.0.1" }),
    natsUrl: read.url("NATS_URL"),
    redisUrl: read.url("REDIS_URL"),
    databaseUrl: read.url("DATABASE_URL"),
    databasePrepares: read.oneOf("DATABASE_PREPARE", ["on", "off"], "on") === "on",
    clickhouseUrl: read.url("CLICKHOUSE_URL"),
    clickhouseDatabase: read.text("CLICKHOUSE_DATABASE", { fallback: "tideline" }),
    prefix: prefixOf(read),
    operatorKey: read.secret("TIDELINE_OPERATOR_KEY"),
    partitions: read.integer("TIDELINE_PARTITIONS", { min: 1, max: 256, fallback: 16 }),
    replicas: read.integer("TIDELINE_REPLICAS", { min: 1, max: 5, fallback: 1 }),
    streamBytesMax: read.integer("TIDELINE_STREAM_BYTES_MAX", {
      min: 2 ** 20,
      max: 2 ** 46,
      fallback: streamDefaults.streamBytesMax,
    }),
    claimBucketBits: read.integer("TIDELINE_CLAIM_BUCKET_BITS", { min: 8, max: 32, fallback: 16 }),
    instance: read.text("TIDELINE_INSTANCE", {
      fallback: `${hostname()}-${process.pid}`.replace(/[^\w-]/g, "-"),
    }),
    logLevel: read.oneOf("TIDELINE_LOG_LEVEL", logLevels, "info"),
  };
}

function prefixOf(read: SettingsReader): string {
  const prefix = read.text("TIDELINE_PREFIX", { fallback: "-" });
  return prefix === "-" ? "" : prefix;
}
