import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type PartitionLag, ServiceStatusSchema } from "../gen/ts/tideline/pipeline/v1/live_pb.js";
import type { Nats } from "./engines/nats.js";
import type { Life } from "./run.js";
import type { Health } from "./serve/health.js";
import type { StreamNames } from "./streams.js";

export interface StatusOptions {
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly service: string;
  readonly instance: string;
  readonly health: Health;
  /** Events handled since start; the rate is made from it. */
  readonly eventsHandled: () => number;
  /** For workers: how far each owned partition is. */
  readonly partitions?: () => Omit<PartitionLag, "$typeName">[];
}

/** Says an instance's state each second, for live screens and the doctor. Best effort: nothing waits for it. */
export function startStatus(options: StatusOptions, life: Life): void {
  const { nats, names, service, instance, health } = options;
  const subject = names.statusSubject(service, instance);
  let handled = options.eventsHandled();
  let at = performance.now();
  const say = (): void => {
    const [now, total] = [performance.now(), options.eventsHandled()];
    const status: MessageInitShape<typeof ServiceStatusSchema> = {
      service,
      instance,
      timeMs: BigInt(Date.now()),
      engines: health.engines(),
      partitions: options.partitions?.() ?? [],
      eventsPerSecond: ((total - handled) * 1_000) / Math.max(1, now - at),
      rssBytes: BigInt(process.memoryUsage.rss()),
      notes: health.notes(),
    };
    [handled, at] = [total, now];
    if (nats.connected())
      nats.connection.publish(subject, toBinary(ServiceStatusSchema, create(ServiceStatusSchema, status)));
  };
  const timer = setInterval(say, 1_000);
  life.onStop("status", () => clearInterval(timer));
}
