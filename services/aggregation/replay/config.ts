import { type Env, readSettings } from "../../../platform/settings.js";
import { ReplayRefusedError } from "./refusal.js";
import type { Selection } from "./selection.js";

/** Where a replay finds its engines; the same variables as for the services. */
export interface ReplaySettings {
  readonly natsUrl: string;
  readonly clickhouseUrl: string;
  readonly clickhouseDatabase: string;
  readonly prefix: string;
  readonly replicas: number;
  readonly logLevel: string;
}

export function readReplaySettings(env: Env): Readonly<ReplaySettings> {
  return readSettings(env, (read) => ({
    natsUrl: read.url("NATS_URL"),
    clickhouseUrl: read.url("CLICKHOUSE_URL"),
    clickhouseDatabase: read.text("CLICKHOUSE_DATABASE", { fallback: "tideline" }),
    prefix: env["TIDELINE_PREFIX"] ?? "",
    replicas: read.integer("TIDELINE_REPLICAS", { min: 1, max: 5, fallback: 1 }),
    logLevel: read.oneOf("TIDELINE_LOG_LEVEL", ["debug", "info", "warn", "error"], "error"),
  }));
}

/** What is asked for. */
export interface ReplayArguments {
  readonly selection: Selection;
  /** The shadow database; undefined: the live tables. */
  readonly into: string | undefined;
  /** Drop the shadow database first. */
  readonly isFresh: boolean;
}

export const replayUsage =
  "--project ID [--types A,B] [--from TIME] [--to TIME] (--into DATABASE [--fresh] | --live); " +
  "times are received times in ISO 8601";

/** @throws ReplayRefusedError that says what is wrong */
export function parseReplayArguments(words: readonly string[], nowMs: number): ReplayArguments {
  const given = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--live" || word === "--fresh") given.set(word, "");
    else if (["--project", "--types", "--from", "--to", "--into"].includes(word))
      given.set(word, words[++at] ?? "");
    else throw new ReplayRefusedError(`unknown: ${word}; usage: ${replayUsage}`);
  }
  const project = given.get("--project") ?? "";
  const into = given.get("--into");
  if (!/^[a-z0-9]{1,64}$/.test(project))
    throw new ReplayRefusedError(`--project is missing; usage: ${replayUsage}`);
  if ((into === undefined) === !given.has("--live")) {
    throw new ReplayRefusedError(`say either --into or --live; usage: ${replayUsage}`);
  }
  if (into !== undefined && !/^[a-z][a-z0-9_]{0,62}$/.test(into)) {
    throw new ReplayRefusedError("--into: a database's name has a-z, 0-9 and _ only");
  }
  const types = (given.get("--types") ?? "").split(",").filter((type) => type !== "");
  const fromMs = timeOf("--from", given.get("--from"), 0);
  // Without an end: up to a whole day ahead, so that a clock that runs ahead leaves nothing out.
  const toMs = timeOf("--to", given.get("--to"), Math.ceil(nowMs / 86_400_000 + 1) * 86_400_000);
  if (toMs <= fromMs) throw new ReplayRefusedError("--to lies before --from");
  return { selection: { project, types, fromMs, toMs }, into, isFresh: given.has("--fresh") };
}

function timeOf(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const timeMs = Date.parse(text);
  if (Number.isNaN(timeMs)) throw new ReplayRefusedError(`${name} is no ISO 8601 time`);
  return timeMs;
}
