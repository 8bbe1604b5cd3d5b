// What calls of the registry take, and what it takes for them.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import type { LoadOrder, LoadResult } from "./generator.js";
import type { Probed } from "./probe.js";

/** Times in ms. */
export interface Result {
  readonly name: string;
  readonly n: number;
  readonly p50?: number;
  readonly p99?: number;
  /** As the registry measured them. */
  readonly itsP50?: number;
  readonly itsP99?: number;
  /** What of the 99th percentile may be the generator's: how late it was at the 99th percentile. */
  readonly lateP99?: number;
  /** What a call takes of the processor in the registry: says more than times where others compete for it. */
  readonly cpu?: number;
  /** The same in Postgres, all its processes. */
  readonly postgresCpu?: number;
  /** The longest pause of the registry for garbage, and the longest standstill of its event loop. */
  readonly collecting?: number;
  readonly stood?: number;
  readonly mib?: number;
}

export const rssMiB = (pid: number): number => {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kib) / 1_024);
};

/** The fields of /proc/pid/stat behind the name. */
const statOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");

/** User and system time of a process so far; the kernel counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = statOf(pid);
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** The same of a process and its children as they are now, and of those that have ended. */
function familyCpuMs(pid: number): number {
  const ended = statOf(pid);
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => isChild(Number(name), pid));
  const running = [pid, ...children.map(Number)].reduce((sum, one) => sum + cpuMs(one), 0);
  return running + 10 * (Number(ended[13]) + Number(ended[14]));
}

function isChild(pid: number, of: number): boolean {
  try {
    return Number(statOf(pid)[1]) === of;
  } catch {
    // It has ended since.
    return false;
  }
}

/** What the registry measured since the last time. */
async function probed(port: number): Promise<Probed> {
  const socket = connect(port, "127.0.0.1");
  socket.write("?\n");
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(socket, "end");
  return JSON.parse(text) as Probed;
}

async function generate(order: LoadOrder): Promise<LoadResult> {
  const generator = fork(new URL("generator.js", import.meta.url));
  generator.send(order);
  const [answer] = (await once(generator, "message")) as [{ result?: LoadResult; error?: string }];
  generator.kill();
  if (answer.result === undefined) throw new Error(`${order.scenario}: ${answer.error}`);
  return answer.result;
}

const ms = (value: number): number => Number(value.toFixed(2));
function percentile(times: readonly number[], part: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return ms(sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN);
}

/** Who is measured. */
export interface Measured {
  readonly registryPid: number;
  readonly postgresPid: number;
  readonly probePort: number;
}

/** As many as the compiler needs until it is done with what is called for each of them. */
const warmUps = { reads: 2_000, writes: 500 };

export async function load(
  { registryPid, postgresPid, probePort }: Measured,
  order: Omit<LoadOrder, "warmUps" | "seed">,
): Promise<Result> {
  // Warms up: connections, plans, the compiler. By other subjects than those that are measured.
  const isWrite = order.scenario.startsWith("register");
  await generate({ ...order, seconds: 0, warmUps: isWrite ? warmUps.writes : warmUps.reads, seed: 0 });
  await probed(probePort);
  const before = { registry: cpuMs(registryPid), postgres: familyCpuMs(postgresPid) };
  const { times, late } = await generate({ ...order, warmUps: 0, seed: 7 });
  const its = await probed(probePort);
  return {
    name: order.scenario,
    n: times.length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    itsP50: percentile(its.times, 0.5),
    itsP99: percentile(its.times, 0.99),
    lateP99: percentile(late, 0.99),
    cpu: ms((cpuMs(registryPid) - before.registry) / times.length),
    postgresCpu: ms((familyCpuMs(postgresPid) - before.postgres) / times.length),
    collecting: ms(its.collecting.max),
    stood: ms(its.stoodMs),
  };
}
