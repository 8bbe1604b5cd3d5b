import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GatewayOptions, renderGateway } from "../../deploy/gateway/gateway.js";
import { loopbacks } from "../processes/free-port.js";
import type { ProcessSpec } from "../processes/managed-process.js";
import { findBinary } from "./binaries.js";
import { answers } from "./engine.js";

/** Ctrl-C should not wait long for a page that somebody left open. */
const drainSeconds = 2;

/** The public ports of a stack. */
export type PublicPorts = Readonly<Record<"http" | "grpc" | "registry", number>>;

/** HAProxy in front of a stack's services, on this machine's own addresses. */
export function prepareGateway(options: {
  folder: string;
  ports: PublicPorts;
  pools: GatewayOptions["pools"];
}): ProcessSpec {
  const { folder, ports, pools } = options;
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "haproxy.cfg");
  const listen = {
    http: localAddresses(ports.http),
    grpc: localAddresses(ports.grpc),
    registry: localAddresses(ports.registry),
  };
  writeFileSync(config, renderGateway({ listen, pools, drainSeconds }));
  return {
    name: "gateway",
    command: findBinary("haproxy") ?? "haproxy",
    args: ["-db", "-f", config],
    ready: () => answers(`http://127.0.0.1:${ports.http}/gateway/livez`),
    readyMsMax: 15_000,
    // Asked this way it lets running calls end, for as long as hard-stop-after says.
    stopSignal: "SIGUSR1",
  };
}

function localAddresses(port: number): string[] {
  return loopbacks().map((address) =>
    address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`,
  );
}
