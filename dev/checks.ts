import { accessSync, constants, mkdirSync, statfsSync } from "node:fs";
import { createConnection } from "node:net";
import type { EngineUrls } from "./engines/engine.js";
import { engineNames, engineVariable } from "./engines/engines.js";
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

const reachMsMax = 3000;
const usualPorts: Readonly<Record<string, number>> = {
  "postgres:": 5432,
  "postgresql:": 5432,
  "redis:": 6379,
  "rediss:": 6379,
  "nats:": 4222,
  "tls:": 4222,
  "http:": 80,
  "https:": 443,
};

/** @throws Error in one line where an engine that the environment gives is not there. */
export async function checkGivenEngines(given: Partial<EngineUrls>): Promise<void> {
  for (const name of engineNames) {
    const text = given[name];
    if (text === undefined) continue;
    const variable = engineVariable[name];
    // NATS takes a list of servers, with or without a scheme.
    const [first = ""] = text.split(",");
    const url = first.includes("://") ? first : `nats://${first}`;
    if (!URL.canParse(url)) throw new Error(`${variable} is no URL`);
    const { hostname, port, protocol } = new URL(url);
    const host = hostname.replace(/^\[(.*)\]$/, "$1");
    const number = Number(port) || usualPorts[protocol];
    if (number === undefined || !(await isReachable(host, number))) {
      throw new Error(
        `${variable}: nothing answers at ${host}:${number ?? "?"}: start it, or unset ${variable}`,
      );
    }
  }
}

function isReachable(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.setTimeout(reachMsMax, () => end(false));
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}
