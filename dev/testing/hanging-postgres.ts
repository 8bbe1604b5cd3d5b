import { readdirSync, readFileSync } from "node:fs";
import type { Pool } from "pg";

/**
 * Stops (SIGSTOP) every process of a test's own Postgres: connections stay open and nobody answers, as on a machine
 * that hangs. The returned function lets it go on. Linux alone: processes are found in /proc.
 */
export async function hangPostgres(pool: Pool): Promise<() => void> {
  const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  const server = parentOf(rows[0]?.pid ?? 0);
  if (server === undefined) throw new Error("the server's process was not found");
  // The server first, so that it starts no others.
  process.kill(server, "SIGSTOP");
  const stopped = [server];
  for (const pid of childrenOf(server)) {
    process.kill(pid, "SIGSTOP");
    stopped.push(pid);
  }
  return () => {
    for (const pid of stopped.reverse()) process.kill(pid, "SIGCONT");
  };
}

function childrenOf(parent: number): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    const [, parent] = /\nPPid:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return parent === undefined ? undefined : Number(parent);
  } catch {
    return undefined; // It has ended meanwhile.
  }
}
