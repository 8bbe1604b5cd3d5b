import { gzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { type EventInit, ingestClient, inShort, transportNames } from "../../tests/support/ingestion.js";
import {
  type IngestionStand,
  operatorKey,
  startIngestionStand,
} from "../../tests/support/ingestion-stand.js";
import type { TestProject } from "../../tests/support/projects.js";

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
