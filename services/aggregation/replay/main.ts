// Reads a range of the log again, into a shadow database or into the live tables; `npx tideline replay` calls it.
// What it did is one line of JSON on standard output. Exit code 0: done; 2: refused, and standard error says why.
import { openClickHouse } from "../../../platform/engines/clickhouse.js";
import { openNats } from "../../../platform/engines/nats.js";
import { createLog } from "../../../platform/log.js";
import { openProgressBucket } from "../../../platform/progress.js";
import { streamNames } from "../../../platform/streams.js";
import { parseReplayArguments, readReplaySettings, replayUsage } from "./config.js";
import { ReplayRefusedError } from "./refusal.js";
import { replay } from "./replay.js";

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

if (process.argv.includes("--help") || process.argv.includes("-h")) {
  console.log(`replay ${replayUsage}`);
  process.exit(0);
}

try {
  const asked = parseReplayArguments(process.argv.slice(2), Date.now());
  const settings = readReplaySettings(process.env);
  const names = streamNames(settings.prefix);
  const nats = await openNats({ url: settings.natsUrl, name: "replay" });
  const clickhouse = openClickHouse({
    url: settings.clickhouseUrl,
    database: "default",
    name: "replay",
    requestTimeoutMs: 600_000,
  });
  const ports = {
    nats,
    names,
    clickhouse,
    progress: await openProgressBucket(nats, names, settings.replicas),
    log: createLog("replay", settings.logLevel),
    signal: stop.signal,
  };
  const summary = await replay(ports, {
    ...asked,
    live: settings.clickhouseDatabase,
    terminal: process.stderr,
  });
  console.log(JSON.stringify(summary));
  process.exit(0);
} catch (error) {
  if (stop.signal.aborted) {
    console.error("replay: stopped; the same command goes on from there");
    process.exit(130);
  }
  if (error instanceof ReplayRefusedError) {
    console.error(`replay: ${error.message}`);
    process.exit(2);
  }
  console.error("replay:", error);
  process.exit(1);
}
