import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { EventVerdictSchema, Outcome } from "../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultDetailSchema, FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  PublishEventsRequestSchema,
  PublishEventsResponseSchema,
} from "../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import { FieldWriter } from "../platform/wire.js";
import { openPublisher, PublishError, type Publisher } from "./publisher.js";
import { UserError } from "./target.js";

type Verdict = MessageInitShape<typeof EventVerdictSchema>;
/** What the door answers to one call: verdicts, or a refusal. */
type Script =
  | { readonly verdicts: Verdict[] }
  | { readonly code: grpc.status; readonly retryAfterMs?: number };

/** google.rpc.Status with a FaultDetail, as servers send it beside a refusal. */
function statusDetails(retryAfterMs: number): Buffer {
  const detail = create(FaultDetailSchema, {
    reason: FaultReason.RATE_LIMITED,
    facts: { retry_after_ms: String(retryAfterMs) },
  });
  const any = new FieldWriter().string(1, "type.googleapis.com/tideline.fault.v1.FaultDetail");
  any.bytes(2, toBinary(FaultDetailSchema, detail));
  return Buffer.from(new FieldWriter().uint(1, 8).bytes(3, any.view()).copy());
}

describe("the publisher", function () {
  this.timeout(20_000);
  let server: grpc.Server;
  let publisher: Publisher;
  let scripts: Script[];
  /** The event ids of each call, and when it came. */
  let calls: { readonly ids: string[]; readonly at: number }[];

  beforeEach(async () => {
    [scripts, calls] = [[], []];
    server = new grpc.Server();
    const raw = (bytes: Buffer) => bytes;
    const method = {
      requestStream: false,
      responseStream: false,
      requestDeserialize: raw,
      requestSerialize: raw,
    };
    const path = "/tideline.ingest.v1.IngestService/PublishEvents";
    server.addService(
      { publishEvents: { ...method, path, responseSerialize: raw, responseDeserialize: raw } },
      {
        publishEvents: (call: { request: Buffer }, reply: grpc.sendUnaryData<Buffer>) => {
          const { events } = fromBinary(PublishEventsRequestSchema, call.request);
          calls.push({ ids: events.map(({ eventId }) => eventId), at: performance.now() });
          answer(scripts.shift(), reply);
        },
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    const address = { hostPort: `127.0.0.1:${port}`, isSecure: false };
    publisher = openPublisher({ address, key: "k", retryMsMax: 3_000 });
  });

  afterEach(() => {
    publisher.close();
    server.forceShutdown();
  });

  function answer(script: Script | undefined, reply: grpc.sendUnaryData<Buffer>): void {
    if (script === undefined)
      return void reply({ code: grpc.status.INTERNAL, details: "nothing more in the script" });
    if ("verdicts" in script) {
      const response = create(PublishEventsResponseSchema, {
        verdicts: script.verdicts.map((verdict) => create(EventVerdictSchema, verdict)),
      });
      return void reply(null, Buffer.from(toBinary(PublishEventsResponseSchema, response)));
    }
    const metadata = new grpc.Metadata();
    if (script.retryAfterMs !== undefined) {
      metadata.set("grpc-status-details-bin", statusDetails(script.retryAfterMs));
    }
    reply({ code: script.code, details: "refused", metadata });
  }

  const request = (...ids: string[]) =>
    toBinary(
      PublishEventsRequestSchema,
      create(PublishEventsRequestSchema, { events: ids.map((eventId) => ({ eventId, type: "t" })) }),
    );
  const outcomes = (verdicts: Uint8Array[]) =>
    verdicts.map((bytes) => Outcome[fromBinary(EventVerdictSchema, bytes).outcome]);
  const accepted = { outcome: Outcome.ACCEPTED };
  const busy = {
    outcome: Outcome.REJECTED,
    fault: { reason: FaultReason.EVENT_LOG_UNAVAILABLE, retryable: true },
  };

  it("waits as long as it is told to, and sends the same batch again", async () => {
    scripts = [
      { code: grpc.status.RESOURCE_EXHAUSTED, retryAfterMs: 400 },
      { code: grpc.status.UNAVAILABLE },
      { verdicts: [accepted] },
    ];
    expect(outcomes(await publisher.publish(request("a")))).to.deep.equal(["ACCEPTED"]);
    expect(calls.map(({ ids }) => ids)).to.deep.equal([["a"], ["a"], ["a"]]);
    expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).to.be.within(390, 2_000);
  });

  it("sends again the events alone that may pass now, and puts their verdicts in their places", async () => {
    const rejected = { outcome: Outcome.REJECTED, fault: { reason: FaultReason.EVENT_TYPE_MISSING } };
    scripts = [
      { verdicts: [accepted, busy, rejected, busy] },
      { verdicts: [busy, { outcome: Outcome.DUPLICATE }] },
      { verdicts: [accepted] },
    ];
    const verdicts = await publisher.publish(request("a", "b", "c", "d"));
    expect(outcomes(verdicts)).to.deep.equal(["ACCEPTED", "ACCEPTED", "REJECTED", "DUPLICATE"]);
    expect(calls.map(({ ids }) => ids)).to.deep.equal([["a", "b", "c", "d"], ["b", "d"], ["b"]]);
  });

  it("gives up at once on what a retry can't heal, and in the end on all else", async () => {
    scripts = [{ code: grpc.status.UNAUTHENTICATED }];
    const refused = await publisher.publish(request("a")).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(PublishError).and.have.property("message", "UNAUTHENTICATED: refused");
    expect(calls).to.have.length(1);
    scripts = Array.from({ length: 100 }, () => ({ code: grpc.status.UNAVAILABLE }));
    const began = performance.now();
    expect(await publisher.publish(request("a")).catch((error: unknown) => error)).to.be.instanceOf(
      PublishError,
    );
    expect(performance.now() - began).to.be.within(500, 6_000);
  });

  it("says at once that nobody answers", async () => {
    const address = { hostPort: "127.0.0.1:9", isSecure: false };
    const nowhere = openPublisher({ address, key: "k" });
    const error = await nowhere.ready().catch((cause: unknown) => cause);
    nowhere.close();
    expect(error).to.be.instanceOf(UserError);
    await publisher.ready();
  });
});
