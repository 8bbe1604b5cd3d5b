import { fromBinary } from "@bufbuild/protobuf";
import { type ServiceStatus, ServiceStatusSchema } from "../../../gen/ts/tideline/pipeline/v1/live_pb.js";
import type { Nats } from "../../../platform/engines/nats.js";
import type { StreamNames } from "../../../platform/streams.js";

/** An instance that has said nothing for so long is left out. */
const silentMs = 10_000;
/** Instances that are kept; more than any deployment has. */
const instancesMax = 1_000;

/** What every instance last said of itself. */
export interface StatusBoard {
  statuses(): readonly ServiceStatus[];
  onStatus(listener: (status: ServiceStatus) => void): void;
  close(): void;
}

/** Follows the subject of statuses; messages may be lost, each is whole. */
export function openStatusBoard(nats: Nats, names: StreamNames): StatusBoard {
  const heard = new Map<string, { readonly status: ServiceStatus; readonly at: number }>();
  const listeners: ((status: ServiceStatus) => void)[] = [];
  const subscription = nats.connection.subscribe(names.statusSubject("*", "*"), {
    callback: (error, message) => {
      if (error !== null) return;
      const status = statusOf(message.data);
      if (status === undefined) return;
      const key = `${status.service} ${status.instance}`;
      if (!heard.has(key) && heard.size >= instancesMax) return;
      heard.set(key, { status, at: performance.now() });
      for (const listener of listeners) listener(status);
    },
  });
  return {
    statuses() {
      const now = performance.now();
      for (const [key, { at }] of heard) if (now - at > silentMs) heard.delete(key);
      return [...heard.values()].map(({ status }) => status);
    },
    onStatus: (listener) => void listeners.push(listener),
    close: () => subscription.unsubscribe(),
  };
}

function statusOf(bytes: Uint8Array): ServiceStatus | undefined {
  try {
    return fromBinary(ServiceStatusSchema, bytes);
  } catch {
    // Advisory: what can't be read is left out.
    return undefined;
  }
}
