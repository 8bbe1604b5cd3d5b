import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { type Client, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import type { EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { type EventVerdict, Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { IngestService } from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { BlockSchema, type Event as LogEvent } from "../../gen/ts/tideline/pipeline/v1/block_pb.js";
import {
  QuarantineBlockSchema,
  type QuarantinedEvent,
} from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import type { Nats } from "../../platform/engines/nats.js";
import type { StreamNames } from "../../platform/streams.js";
import type { ServiceProcess } from "./service-process.js";

export type IngestClient = Client<typeof IngestService>;
export type EventInit = MessageInitShape<typeof EventSchema>;

export type TransportName = "grpc" | "connect" | "connect-json" | "grpc-web";
export const transportNames: readonly TransportName[] = ["grpc", "connect", "connect-json", "grpc-web"];

/** A client of a running ingestion on one of its transports. */
export function ingestClient(
  service: ServiceProcess,
  secret: string,
  name: TransportName = "grpc",
): IngestClient {
  return createClient(IngestService, ingestTransport(service, secret, name));
}

/** One of its transports, with a key; "connect-h2" is Connect in binary over HTTP/2. */
export function ingestTransport(
  service: ServiceProcess,
  secret: string,
  name: TransportName | "connect-h2",
): Transport {
  const bearer: Interceptor = (next) => (request) => {
    if (secret !== "") request.header.set("authorization", `Bearer ${secret}`);
    return next(request);
  };
  const interceptors = [bearer];
  const baseUrl = `http://127.0.0.1:${service.httpPort}`;
  const http = { baseUrl, httpVersion: "1.1", interceptors } as const;
  if (name === "grpc") {
    return createGrpcTransport({ baseUrl: `http://127.0.0.1:${service.grpcPort}`, interceptors });
  }
  if (name === "grpc-web") return createGrpcWebTransport(http);
  if (name === "connect-h2") return createConnectTransport({ baseUrl, httpVersion: "2", interceptors });
  return createConnectTransport({ ...http, useBinaryFormat: name === "connect" });
}

/** A verdict in short: "ACCEPTED", "REJECTED EVENT_FIELD_TOO_LONG type". */
export function inShort({ outcome, fault }: EventVerdict): string {
  const parts = [Outcome[outcome]];
  if (fault !== undefined) parts.push(FaultReason[fault.reason], fault.field);
  return parts.filter((part) => part !== "").join(" ");
}

/** All events of a project in a stream of blocks, in its order. */
export async function loggedEvents(nats: Nats, stream: string, filter: string): Promise<LogEvent[]> {
  const messages = await allMessages(nats, stream, filter);
  return messages.flatMap((data) => fromBinary(BlockSchema, data).events);
}

/** All quarantined events on a subject. */
export async function quarantinedEvents(
  nats: Nats,
  stream: string,
  filter: string,
): Promise<QuarantinedEvent[]> {
  const messages = await allMessages(nats, stream, filter);
  return messages.flatMap((data) => fromBinary(QuarantineBlockSchema, data).events);
}

/** The blocks of a project in RAW, with their sequences. */
export async function messagesOf(
  nats: Nats,
  names: StreamNames,
  projectId: string,
): Promise<{ sequence: number; events: LogEvent[] }[]> {
  const consumer = await nats.js.consumers.get(names.raw, {
    filterSubjects: names.rawFilter("*").replace(/\*$/, projectId),
  });
  const blocks: { sequence: number; events: LogEvent[] }[] = [];
  for await (const message of await consumer.fetch({ max_messages: 1_000, expires: 1_000 })) {
    blocks.push({ sequence: message.seq, events: fromBinary(BlockSchema, message.data).events });
    message.ack();
    if (message.info.pending === 0) break;
  }
  return blocks;
}

async function allMessages(nats: Nats, stream: string, filter: string): Promise<Uint8Array[]> {
  const consumer = await nats.js.consumers.get(stream, { filterSubjects: filter });
  const messages: Uint8Array[] = [];
  for (;;) {
    const fetched = await consumer.fetch({ max_messages: 500, expires: 1_000 });
    let count = 0;
    for await (const message of fetched) {
      count++;
      messages.push(message.data);
      message.ack();
      if (message.info.pending === 0) return messages;
    }
    if (count === 0) return messages;
  }
}
