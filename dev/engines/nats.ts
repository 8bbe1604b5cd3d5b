import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../processes/free-port.js";
import { findBinary } from "./binaries.js";
import { answers, type PreparedEngine } from "./engine.js";

/** nats-server with JetStream on files below `folder`. */
export async function prepareNats(folder: string): Promise<PreparedEngine> {
  mkdirSync(folder, { recursive: true });
  const [port, monitoring] = [await freePort(), await freePort()];
  const config = join(folder, "nats.conf");
  writeFileSync(config, natsConfig({ port, monitoring, storeDir: join(folder, "jetstream") }));
  const monitor = `http://127.0.0.1:${monitoring}`;
  return {
    spec: {
      name: "nats",
      command: findBinary("nats-server") ?? "nats-server",
      args: ["-c", config],
      ready: () => answers(`${monitor}/healthz`),
      readyMsMax: 60_000,
      // A plain end syncs and closes the store; SIGUSR2 would wait for clients to leave.
      stopSignal: "SIGTERM",
    },
    url: `nats://127.0.0.1:${port}`,
    extra: { monitor },
  };
}

function natsConfig(options: { port: number; monitoring: number; storeDir: string }): string {
  return `server_name: "tideline-local"
listen: "127.0.0.1:${options.port}"
http: "127.0.0.1:${options.monitoring}"
max_payload: 1MB
jetstream {
  store_dir: ${JSON.stringify(options.storeDir)}
  max_memory_store: 256MB
  # Streams have bounds of their own; the server's default, three quarters of what is free at this start, would refuse
  # at a later start what it took at this one.
  max_file_store: 4TB
}
`;
}
