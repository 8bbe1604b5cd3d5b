import { rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { takeBodyFolder } from "./body-folder.js";
import { readFaceConfig } from "./config.js";
import { Engine } from "./engine.js";
import { createFace } from "./server.js";

/** How long queries may go on after the process was told to stop. */
const drainMs = 10_000;

const config = readFaceConfig(process.env);
takeBodyFolder(config.bodyFolder);

const engine = new Engine(config);
if (engine.repaired > 0)
  console.log(`clickhouse: dropped ${engine.repaired} records of parts that never came to be`);
const server = createFace(engine, config.bodyFolder);

function exit(code: number): never {
  rmSync(config.bodyFolder, { recursive: true, force: true });
  process.exit(code);
}

engine.onFatal((text) => {
  console.error(`clickhouse: the engine is broken and has to be started again: ${text}`);
  exit(70);
});

function stop(): void {
  server.close(() => {
    engine.close();
    exit(0);
  });
  server.closeIdleConnections();
  setTimeout(() => exit(0), drainMs).unref();
}
process.once("SIGTERM", stop);
process.once("SIGINT", stop);

server.on("error", (error) => {
  console.error(`clickhouse: ${error.message}`);
  exit(1);
});
server.listen(config.port, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  console.log(`clickhouse: ready on http://127.0.0.1:${port}`);
});
