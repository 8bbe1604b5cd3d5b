import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import type { Redis } from "ioredis";
import { LiveDeltaSchema, LiveVerdictsSchema } from "../../../gen/ts/tideline/pipeline/v1/live_pb.js";
import type { Nats } from "../../../platform/engines/nats.js";
import type { StreamNames } from "../../../platform/streams.js";
import { readWindows, windowSizes } from "../../../platform/windows.js";
import type { LiveSource } from "../live/feed.js";

export interface LiveSourceOptions {
  readonly names: StreamNames;
  readonly prefix: string;
  readonly partitions: number;
}

/** Windows from Redis, messages from NATS's live subjects. */
export function liveSource(
  nats: Nats,
  redis: Redis,
  { names, prefix, partitions }: LiveSourceOptions,
): LiveSource {
  const [size] = windowSizes;
  if (size === undefined) throw new Error("no windows of a minute");
  const hear = <S extends DescMessage>(
    subject: string,
    schema: S,
    take: (message: MessageShape<S>) => void,
  ) => {
    const subscription = nats.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) readInto(schema, message.data, take);
      },
    });
    return () => subscription.unsubscribe();
  };
  return {
    windows: (project, startsMs) => readWindows(redis, { prefix, project, size, startsMs, partitions }),
    listen(projectId, { onDelta, onVerdicts }) {
      const stops = [
        hear(names.liveMetricsSubject(projectId), LiveDeltaSchema, onDelta),
        hear(names.liveVerdictsSubject(projectId), LiveVerdictsSchema, onVerdicts),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

function readInto<S extends DescMessage>(
  schema: S,
  bytes: Uint8Array,
  take: (message: MessageShape<S>) => void,
): void {
  let message: MessageShape<S>;
  try {
    message = fromBinary(schema, bytes);
  } catch {
    // Advisory: what can't be read is left out.
    return;
  }
  take(message);
}
