import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../platform/root.js";
import { freePort } from "../processes/free-port.js";
import { answers, type PreparedEngine } from "./engine.js";

/** Threads of libuv: each statement that the embedded engine runs holds one. */
const threads = 40;

/** The embedded ClickHouse behind its HTTP face (dev/clickhouse), its data below `folder`. */
export async function prepareClickhouse(folder: string): Promise<PreparedEngine> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return {
    spec: {
      name: "clickhouse",
      command: process.execPath,
      args: ["--enable-source-maps", join(repoRoot, "dist/dev/clickhouse/main.js")],
      env: {
        CLICKHOUSE_PORT: String(port),
        CLICKHOUSE_DATA: folder,
        UV_THREADPOOL_SIZE: String(threads),
        TZ: "UTC",
      },
      ready: () => answers(`${url}/ping`),
      // The engine keeps its cache of schemas in the folder it runs in.
      cwd: folder,
      readyMsMax: 120_000,
    },
    url,
  };
}
