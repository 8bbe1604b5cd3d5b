import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process, told from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the kernel's own ticks since boot; 0 where the system doesn't tell. */
  readonly startedAt: number;
}

/** The identity of a running process; undefined where there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    // The name, in brackets, may hold anything; what follows it is numbers.
    const [, rest = ""] = /\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    const fields = rest.split(" ");
    return fields[0] === "Z" ? undefined : { pid, startedAt: Number(fields[19]) };
  } catch {
    if (process.platform === "linux") return undefined;
    return isSignalable(pid) ? { pid, startedAt: 0 } : undefined;
  }
}

/** Whether this very process still runs. */
export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startedAt === process.startedAt;
}

/** Ends processes that are not our children: asks, waits, then kills. Returns once all are gone. */
export async function endProcesses(processes: readonly ProcessIdentity[], msMax: number): Promise<void> {
  for (const one of processes) signal(one, "SIGTERM");
  const until = Date.now() + msMax;
  while (processes.some(isAlive) && Date.now() < until) await sleep(50);
  for (const one of processes) signal(one, "SIGKILL");
  while (processes.some(isAlive)) await sleep(20);
}

function signal(one: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(one)) return;
  try {
    process.kill(one.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function isSignalable(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
