import { create, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { type Event, EventSchema } from "../../../gen/ts/tideline/event/v1/event_pb.js";
import type { EventVerdict } from "../../../gen/ts/tideline/event/v1/verdict_pb.js";
import {
  IngestService,
  PublishEventsRequestSchema,
} from "../../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { engineUnavailable } from "../../../platform/fault.js";
import { dryRunHeader, projectHeader, replacesHeader } from "../../../platform/serve/call.js";
import type { Door } from "../ports.js";

const EVENTS_MAX = 1_000;
/** What they replace is said in a header, which servers take some kilobytes of. */
const REPLACING_MAX = 200;
/** Below the door's 4 MiB. */
const BYTES_MAX = 3 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/** The door over gRPC, by the operator's key. `address` is host:port or a URL. */
export function openDoor(address: string, operatorKey: string): Door {
  const baseUrl = /^https?:\/\//.test(address) ? address : `http://${address}`;
  const client = createClient(IngestService, createGrpcTransport({ baseUrl }));
  return {
    async publish(projectId, events, { isDryRun, replaces }) {
      const headers = {
        authorization: `Bearer ${operatorKey}`,
        [projectHeader]: projectId,
        ...(isDryRun ? { [dryRunHeader]: "true" } : {}),
      };
      const verdicts: EventVerdict[] = [];
      for (const batch of batchesOf(events, replaces)) {
        const named = replaces.slice(verdicts.length, verdicts.length + batch.length);
        const replacing = named.some((sequence) => sequence > 0)
          ? { [replacesHeader]: named.map((sequence) => sequence || "").join(",") }
          : {};
        const request = create(PublishEventsRequestSchema, { events: batch });
        try {
          verdicts.push(
            ...(
              await client.publishEvents(request, {
                headers: { ...headers, ...replacing },
                timeoutMs: TIMEOUT_MS,
              })
            ).verdicts,
          );
        } catch (error) {
          throw isPassing(error) ? engineUnavailable("ingestion", error) : error;
        }
      }
      return verdicts;
    },
  };
}

/** Whether the door may take the same batch later. */
function isPassing(error: unknown): boolean {
  const { code } = ConnectError.from(error);
  return [
    Code.Unavailable,
    Code.ResourceExhausted,
    Code.DeadlineExceeded,
    Code.Unknown,
    Code.Aborted,
  ].includes(code);
}

function* batchesOf(events: readonly Event[], replaces: readonly number[]): Generator<Event[]> {
  const most = replaces.some((sequence) => sequence > 0) ? REPLACING_MAX : EVENTS_MAX;
  let [batch, bytes]: [Event[], number] = [[], 0];
  for (const event of events) {
    const size = toBinary(EventSchema, event).length + 8;
    if (batch.length === most || (bytes + size > BYTES_MAX && batch.length > 0)) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
