// Starts the four engines in the foreground, in a temporary folder, and prints one line of JSON with their addresses:
// what TIDELINE_TEST_ENGINES wants. Ends, and removes everything, at SIGINT or SIGTERM, also while it starts, and when
// the process that started it is gone.
import { startOwnEngines } from "./stack.js";

let stop: () => void = () => undefined;
const told = new Promise<void>((resolve) => {
  stop = resolve;
});
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
const parent = process.ppid;
const watch = setInterval(() => {
  if (process.ppid !== parent) stop();
}, 1_000);

const engines = await startOwnEngines();
const { nats, redis, postgres, clickhouse } = engines;
console.log(JSON.stringify({ nats, redis, postgres, clickhouse }));
await told;
clearInterval(watch);
await engines.stop();
process.exit(0);
