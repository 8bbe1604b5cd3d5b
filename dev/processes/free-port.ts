import { closeSync, mkdirSync, openSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Ports are taken below the range from which the system gives out ports to connections: a client that keeps trying to
 * reach a dead engine could else be given that very port, be connected with itself, and keep the engine from its port.
 */
const range = { from: 20_000, to: 32_000 };
const attemptsMax = 200;
/** Longer than it takes from asking for a port to listening on it. */
const promisedMs = 60_000;
const given = new Set<number>();

/**
 * A port of 127.0.0.1 that nobody listens on, that this process has not given out before, and that no other process of
 * ours was promised within the last minute.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const port = range.from + Math.floor(Math.random() * (range.to - range.from));
    if (given.has(port) || !(await isFree(port)) || !promise(port)) continue;
    given.add(port);
    return port;
  }
  throw new Error("no free port was found on 127.0.0.1");
}

/** Keeps a port for this process; false where another one has it. Without a place to write it down, luck decides. */
function promise(port: number): boolean {
  const path = join(tmpdir(), "tideline-ports", String(port));
  try {
    mkdirSync(join(path, ".."), { recursive: true });
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > promisedMs) rmSync(path, { force: true });
    closeSync(openSync(path, "wx"));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "EEXIST";
  }
}

/** Whether a port can be listened on, at the address or at all of them. */
export function isFree(port: number, address = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: address, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The loopback addresses of this machine: "localhost" may mean either. */
export function loopbacks(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const hasIpv6 = addresses.some((address) => address.internal && address.family === "IPv6");
  return hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
}
