import { mkdirSync } from "node:fs";
import { createConnection } from "node:net";
import { totalmem } from "node:os";
import { freePort } from "../processes/free-port.js";
import { findBinary } from "./binaries.js";
import type { PreparedEngine } from "./engine.js";

const gibibyte = 1024 ** 3;

/** redis-server with an append-only file below `folder`: claims and positions survive it. */
export async function prepareRedis(folder: string): Promise<PreparedEngine> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const memoryBytesMax = Math.max(gibibyte / 4, Math.min(2 * gibibyte, Math.floor(totalmem() / 4)));
  const settings: Record<string, string> = {
    port: String(port),
    bind: "127.0.0.1",
    dir: folder,
    save: "",
    appendonly: "yes",
    appendfsync: "everysec",
    maxmemory: String(memoryBytesMax),
    // Evicting a claim would let a duplicate in: a full Redis refuses instead.
    "maxmemory-policy": "noeviction",
    daemonize: "no",
  };
  return {
    spec: {
      name: "redis",
      command: findBinary("redis-server") ?? "redis-server",
      args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
      ready: () => pings(port),
      readyMsMax: 60_000,
    },
    url: `redis://127.0.0.1:${port}`,
  };
}

/** Whether PING is answered by PONG; while the append-only file is loaded it is answered by an error. */
function pings(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: "127.0.0.1", timeout: 1000 }, () =>
      socket.write("PING\r\n"),
    );
    socket.once("data", (chunk) => {
      socket.destroy();
      resolve(chunk.toString("latin1").startsWith("+PONG"));
    });
    socket.once("error", reject);
    socket.once("timeout", () => socket.destroy(new Error("no answer")));
  });
}
