// `npm stop`: ends the stack of TIDELINE_DATA and waits until it is gone. Does nothing where none runs. Plain
// JavaScript, so that it works whatever state the clone is in.
import { setTimeout as sleep } from "node:timers/promises";
import { data, isAlive, readJson } from "./running.mjs";

/** A supervisor gives every process its time; this is more than all of them take. */
const supervisorMsMax = 60_000;
const leftoverMsMax = 10_000;

function signal(one, name) {
  if (!isAlive(one)) return;
  try {
    process.kill(one.pid, name);
  } catch (error) {
    if (error.code === "ESRCH") return;
    console.error(`process ${one.pid} can't be ended (${error.code}): it belongs to somebody else`);
    process.exit(1);
  }
}

/** Asks processes to end, waits, kills what is left; returns once all are gone. */
async function end(processes, msMax) {
  for (const one of processes) signal(one, "SIGTERM");
  const until = Date.now() + msMax;
  while (processes.some(isAlive) && Date.now() < until) await sleep(50);
  for (const one of processes) signal(one, "SIGKILL");
  while (processes.some(isAlive)) await sleep(20);
}

const stack = readJson("stack.json");
const supervisor = readJson("supervisor.lock") ?? stack?.supervisor;
const wasRunning = supervisor !== undefined && isAlive(supervisor);
if (wasRunning) {
  console.log("stopping ...");
  await end([supervisor], supervisorMsMax);
}
// What a killed supervisor could not end itself.
await end(stack?.processes ?? [], leftoverMsMax);
console.log(wasRunning ? "stopped; the data stays" : `nothing runs in ${data}`);
