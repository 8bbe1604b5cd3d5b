import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type KV, NatsError } from "nats";
import { PartitionProgressSchema } from "../../../gen/ts/tideline/pipeline/v1/ownership_pb.js";
import { holdKey, progressKey } from "../../../platform/progress.js";
import { ProgressLostError, type ProgressStore } from "../ports.js";

/** JetStream's code for a write whose expected revision is not the last. */
const wrongLastSequence = 10_071;

/** Progress in a bucket of NATS KV, under a key per partition. */
export function openProgressStore(kv: KV, keyOf: (partition: number) => string = progressKey): ProgressStore {
  return {
    async read(partition) {
      const entry = await kv.get(keyOf(partition));
      if (entry === null || entry.operation !== "PUT") return undefined;
      return { progress: fromBinary(PartitionProgressSchema, entry.value), revision: entry.revision };
    },
    async write(partition, progress, revision) {
      const bytes = toBinary(PartitionProgressSchema, progress);
      try {
        const key = keyOf(partition);
        return revision === 0 ? await kv.create(key, bytes) : await kv.update(key, bytes, revision);
      } catch (error) {
        if (error instanceof NatsError && error.api_error?.err_code === wrongLastSequence) {
          throw new ProgressLostError(`partition ${partition} was written by another owner`, {
            cause: error,
          });
        }
        throw error;
      }
    },
    async held() {
      const entry = await kv.get(holdKey);
      if (entry === null || entry.operation !== "PUT") return false;
      return Number(entry.string()) > Date.now();
    },
  };
}
