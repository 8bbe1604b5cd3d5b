import { accessSync, constants, mkdirSync, statfsSync } from "node:fs";
import { isFree, loopbacks } from "./processes/free-port.js";

/** Below this the engines would fail in ways that are harder to read. */
const freeBytesMin = 1024 ** 3;

/** @throws Error in one line where the stack's folder can't be used. */
export function checkDataFolder(data: string): void {
  try {
    mkdirSync(data, { recursive: true });
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    throw new Error(`${data} can't be used (${code}): set TIDELINE_DATA to a folder that you may write to`);
  }
  const { bavail, bsize } = statfsSync(data);
  const free = bavail * bsize;
  if (free < freeBytesMin) {
    const mebibytes = Math.floor(free / 1024 ** 2);
    throw new Error(
      `${data}: the disk has ${mebibytes} MiB left, and 1 GiB is needed: free some, or set TIDELINE_DATA`,
    );
  }
}

/** @throws Error in one line where a public port is taken. */
export async function checkPorts(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const port of Object.values(ports)) {
    const free = await Promise.all(loopbacks().map((address) => isFree(port, address)));
    if (free.every(Boolean)) continue;
    throw new Error(
      `port ${port} is taken by another program: stop what listens there, or set TIDELINE_PORT_OFFSET, ` +
        "which moves all three ports",
    );
  }
}
