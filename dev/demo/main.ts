// Simulated visitors of a shop: fills in 30 days once, then goes on with the traffic of now, until it is ended.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SingleBar } from "cli-progress";
import { openPublisher } from "../../cli/publisher.js";
import { parseAddress, type Stack } from "../../cli/target.js";
import { readDemoConfig } from "./config.js";
import { fillHistory, historyVisits, isPastDone } from "./history.js";
import { runLive } from "./live.js";
import { openState } from "./state.js";

const config = readDemoConfig(process.env);
const stack = JSON.parse(readFileSync(config.stack, "utf8")) as Stack;
const end = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => end.abort());

const publisher = openPublisher({
  address: parseAddress(stack.grpc),
  key: stack.keys.ingest,
  retryMsMax: 10 * 60_000,
  signal: end.signal,
});
const state = openState(join(dirname(config.stack), "demo.json"), config.seed, Date.now());

async function fillPast(): Promise<void> {
  if (isPastDone(state.current)) return;
  const bar = new SingleBar({
    format: "simulated visitors, 30 days back {bar} {percentage}% | {events} events | {eta_formatted} left",
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
  });
  bar.start(historyVisits, state.current.visitsDone, { events: 0 });
  const tally = await fillHistory({
    publisher,
    state,
    signal: end.signal,
    onProgress: ({ visits, ofVisits, events }) => {
      bar.setTotal(ofVisits);
      bar.update(visits, { events });
    },
  }).finally(() => bar.stop());
  if (tally.count() > 0) console.log(`demo: ${tally.count()} simulated events of 30 days sent`);
}

try {
  await fillPast();
  if (config.eventsPerSecond > 0) {
    await runLive({
      publisher,
      seed: state.current.seed,
      firstVisit: historyVisits + Math.floor((Date.now() - state.current.toMs) / 100),
      eventsPerSecond: config.eventsPerSecond,
      signal: end.signal,
      onTick: () => undefined,
      onFailure: (error) => console.error(`demo: ${error instanceof Error ? error.message : String(error)}`),
    });
  }
} catch (error) {
  if (!end.signal.aborted) {
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
} finally {
  publisher.close();
}
