import { connect as connectHttp2 } from "node:http2";
import { gzipSync } from "node:zlib";
import { create, type DescService, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { GenService } from "@bufbuild/protobuf/codegenv2";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { expect } from "chai";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  IngestService,
  PublishEventsResponseSchema,
  PublishStreamResponseSchema,
} from "../../gen/ts/tideline/ingest/v1/ingest_service_pb.js";
import {
  type EventInit,
  ingestClient,
  ingestTransport,
  inShort,
  transportNames,
} from "../../tests/support/ingestion.js";
import {
  type IngestionStand,
  operatorKey,
  startIngestionStand,
} from "../../tests/support/ingestion-stand.js";
import type { TestProject } from "../../tests/support/projects.js";

/** The service as one whose messages are bytes: a message without fields keeps whatever it is made from. */
const OpaqueIngest = opaqueService(IngestService) as unknown as GenService<{
  publishEvents: { methodKind: "unary"; input: typeof EmptySchema; output: typeof EmptySchema };
  publishStream: { methodKind: "bidi_streaming"; input: typeof EmptySchema; output: typeof EmptySchema };
}>;

function opaqueService(service: DescService): DescService {
  const methods = service.methods.map((method) => ({ ...method, input: EmptySchema, output: EmptySchema }));
  return {
    ...service,
    methods,
    method: Object.fromEntries(methods.map((method) => [method.localName, method])),
  } as DescService;
}

describe("calls that ingestion refuses as a whole", function () {
  this.timeout(20_000);
  let stand: IngestionStand;
  let project: TestProject;

  before(async function () {
    this.timeout(60_000);
    stand = await startIngestionStand();
    project = await stand.project();
  });
  after(() => stand.stop());

  const json = (value: string) => ({ case: "properties" as const, value });

  it("refuses a call as a whole only for its key, size or rate, on every transport alike", async () => {
    const noScope = await stand.project({ scopes: [Scope.QUERY] });
    const event = { type: "t" };
    const refusals: [string, string, EventInit[], Code, FaultReason][] = [
      ["no key", "", [event], Code.Unauthenticated, FaultReason.KEY_INVALID],
      ["unknown key", `tl_${"a".repeat(32)}`, [event], Code.Unauthenticated, FaultReason.KEY_INVALID],
      ["no scope", noScope.secret, [event], Code.PermissionDenied, FaultReason.SCOPE_MISSING],
      ["no events", project.secret, [], Code.InvalidArgument, FaultReason.REQUEST_INVALID],
      [
        "1,001 events",
        project.secret,
        Array(1_001).fill(event),
        Code.InvalidArgument,
        FaultReason.REQUEST_INVALID,
      ],
      [
        "over 4 MiB",
        project.secret,
        Array(70).fill({ type: "t", body: json("x".repeat(65_000)) }),
        Code.InvalidArgument,
        FaultReason.BODY_INVALID,
      ],
    ];
    for (const name of transportNames) {
      for (const [what, secret, events, code, reason] of refusals) {
        if (what === "over 4 MiB" && name === "grpc-web") continue;
        const error = await ingestClient(stand.service, secret, name)
          .publishEvents({ events })
          .then(() => undefined, ConnectError.from);
        expect(error?.code, `${name}: ${what}: ${error?.message}`).to.equal(code);
        expect(error?.findDetails(FaultDetailSchema)[0]?.reason, `${name}: ${what}`).to.equal(reason);
      }
    }
  });

  it("answers HTTP with the status that fits", async () => {
    const status = async (
      body: string | Uint8Array<ArrayBuffer>,
      headers = {},
      of = project,
    ): Promise<number> => (await stand.post(body, of, headers)).status;
    const gzip = { "content-encoding": "gzip" };
    const noScope = await stand.project({ scopes: [Scope.QUERY] });
    expect(await status("{nope")).to.equal(400);
    expect(await status("[]")).to.equal(400);
    expect(await status("{}", {}, { ...project, secret: "tl_nonsense" })).to.equal(401);
    expect(await status("{}", {}, noScope)).to.equal(403);
    expect(await status(Buffer.alloc(4_300_000, 32))).to.equal(413);
    expect(await status("a,b", { "content-type": "text/csv" })).to.equal(415);
    expect(await status(gzipSync(Buffer.alloc(30_000_000, 32)), gzip)).to.equal(413);
    expect(await status("{}", gzip)).to.equal(400);
    const { json: answer } = await stand.post("{nope", project);
    expect(answer).to.have.property("code", "invalid_argument");
    expect(answer).to.have.property("details");
  });

  it("limits a key's rate, says when to come back, and lets a batch over the burst through in the end", async () => {
    const of = await stand.project({ eventsPerSecond: 50, burst: 20 });
    const events = Array.from({ length: 30 }, () => ({ type: "t" }));
    expect(await stand.publish(events, of)).to.have.length(30);
    const refused = await ingestClient(stand.service, of.secret)
      .publishEvents({ events })
      .then(() => undefined, ConnectError.from);
    expect(refused?.code).to.equal(Code.ResourceExhausted);
    expect(refused?.metadata.get("retry-after")).to.equal("1");
    const waitMs = Number(refused?.findDetails(FaultDetailSchema)[0]?.facts["retry_after_ms"]);
    expect(waitMs).to.be.within(500, 620);
    const limited = await stand.post("{}", of);
    expect([limited.status, limited.headers.get("retry-after")]).to.deep.equal([429, "1"]);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    expect(await stand.publish(events, of)).to.have.length(30);
  });

  it("stops taking a revoked key's events, also on a stream that is open", async () => {
    const of = await stand.project();
    let revoked = false;
    async function* batches() {
      for (let batch = 1; !revoked || batch < 1_000; batch++) {
        yield { batchId: BigInt(batch), events: [{ type: "t" }] };
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const began = Date.now();
    for await (const { fault } of ingestClient(stand.service, of.secret).publishStream(batches())) {
      if (!revoked)
        await stand.pool.query("update api_keys set revoke_time = now() where key_id = $1", [of.keyId]);
      revoked = true;
      if (fault?.reason === FaultReason.KEY_INVALID) break;
      expect(Date.now() - began).to.be.below(5_000);
    }
  });

  it("answers an event that can't be decoded alone, on every transport that is binary", async () => {
    const good = Buffer.from(toBinary(EventSchema, create(EventSchema, { type: "t" })));
    const batch = (...events: Uint8Array[]): Uint8Array => {
      const writer = new BinaryWriter();
      for (const event of events) writer.tag(1, WireType.LengthDelimited).bytes(event);
      return writer.finish();
    };
    const bytes = batch(good, Buffer.from("0b0c", "hex"), good);
    const expected = ["ACCEPTED", "REJECTED EVENT_UNDECODABLE", "ACCEPTED"];
    for (const name of ["grpc", "connect", "grpc-web"] as const) {
      const call = createClient(OpaqueIngest, ingestTransport(stand.service, project.secret, name));
      const answer = await call.publishEvents(fromBinary(EmptySchema, bytes));
      const { verdicts } = fromBinary(PublishEventsResponseSchema, toBinary(EmptySchema, answer));
      expect(verdicts.map(inShort), name).to.deep.equal(expected);
    }
  });

  it("answers a stream's event that can't be decoded alone, over Connect as over gRPC", async () => {
    const good = toBinary(EventSchema, create(EventSchema, { type: "t" }));
    const writer = new BinaryWriter().tag(1, WireType.Varint).uint64(7n);
    for (const event of [good, Buffer.from("0b0c", "hex")])
      writer.tag(2, WireType.LengthDelimited).bytes(event);
    const bytes = writer.finish();
    async function* requests() {
      yield fromBinary(EmptySchema, bytes);
    }
    for (const name of ["grpc", "connect-h2"] as const) {
      const call = createClient(OpaqueIngest, ingestTransport(stand.service, project.secret, name));
      for await (const answer of call.publishStream(requests())) {
        const { batchId, verdicts } = fromBinary(PublishStreamResponseSchema, toBinary(EmptySchema, answer));
        expect([batchId, ...verdicts.map(inShort)]).to.deep.equal([
          7n,
          "ACCEPTED",
          "REJECTED EVENT_UNDECODABLE",
        ]);
      }
    }
  });

  it("takes no event in JSON whose field nobody knows, and names it", async () => {
    const body =
      '[{"type":"t"},{"type":"t","userid":"u"},{"type":"t","context":{"sauce":1}},{"type":"t","clientTime":"x"}]';
    const { json: answer, outcomes } = await stand.post(body, project);
    expect(outcomes).to.deep.equal(["ACCEPTED", "REJECTED", "REJECTED", "REJECTED"]);
    const faults = (answer["verdicts"] as { fault?: { field: string; rule: string } }[]).map(({ fault }) => [
      fault?.field,
      fault?.rule,
    ]);
    expect(faults.slice(1)).to.deep.equal([
      ["userid", "json.unknown_field"],
      ["context.sauce", "json.unknown_field"],
      ["client_time", "json"],
    ]);
  });

  it("refuses a key that names another project than its own", async () => {
    const other = await stand.project();
    for (const name of transportNames) {
      const send = (projectId: string) =>
        ingestClient(stand.service, project.secret, name).publishEvents(
          { events: [{ type: "t" }] },
          { headers: { "tideline-project": projectId } },
        );
      expect((await send(project.projectId)).verdicts.map(inShort)).to.deep.equal(["ACCEPTED"]);
      const error = await send(other.projectId).then(() => undefined, ConnectError.from);
      expect(error?.code, name).to.equal(Code.NotFound);
      const [detail] = error?.findDetails(FaultDetailSchema) ?? [];
      expect(detail?.reason).to.equal(FaultReason.PROJECT_NOT_FOUND);
      expect(detail?.facts).to.deep.equal({ project: other.projectId });
    }
  });

  it("says nothing of callers who drop their streams", async () => {
    for (const name of ["grpc", "connect-h2"] as const) {
      for (const half of [false, true]) {
        const drop = new AbortController();
        async function* batches() {
          for (let batch = 1; ; batch++) {
            yield { batchId: BigInt(batch), events: [{ type: "t" }] };
            if (half && batch === 5) drop.abort();
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        }
        const client = createClient(IngestService, ingestTransport(stand.service, project.secret, name));
        let answers = 0;
        try {
          for await (const _answer of client.publishStream(batches(), { signal: drop.signal }))
            if (++answers === 5) drop.abort();
        } catch (error) {
          expect(ConnectError.from(error).code).to.equal(Code.Canceled);
        }
      }
    }
    const types = { [stand.service.grpcPort]: "grpc", [stand.service.httpPort]: "connect+proto" };
    for (const [port, type] of Object.entries(types)) {
      for (const cut of ["connection", "stream", "in a message"]) {
        const session = connectHttp2(`http://127.0.0.1:${port}`);
        const stream = session.request({
          ":method": "POST",
          ":path": "/tideline.ingest.v1.IngestService/PublishStream",
          "content-type": `application/${type}`,
          authorization: `Bearer ${project.secret}`,
          te: "trailers",
        });
        for (const one of [session, stream]) one.on("error", () => undefined);
        // A batch of one event; or the begin of a message of a thousand bytes.
        stream.write(Buffer.from("00000000051203120174", "hex"));
        if (cut === "in a message") stream.write(Buffer.from("00000003e80801", "hex"));
        await new Promise((resolve) => setTimeout(resolve, 50));
        if (cut === "connection") session.destroy();
        else stream.close(8);
        await new Promise((resolve) => setTimeout(resolve, 20));
        session.destroy();
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(stand.service.complaints).to.deep.equal([]);
  });

  it("lets the operator send for a project that it names", async () => {
    const of = await stand.project();
    const send = (headers: Record<string, string>) =>
      ingestClient(stand.service, operatorKey)
        .publishEvents({ events: [{ type: "t" }] }, { headers })
        .then(
          ({ verdicts }) => verdicts.map(inShort).join(),
          (error: unknown) => Code[ConnectError.from(error).code],
        );
    expect(await send({ "tideline-project": of.projectId })).to.equal("ACCEPTED");
    expect(await send({ "tideline-project": "pnone" })).to.equal("NotFound");
    expect(await send({})).to.equal("InvalidArgument");
  });
});
