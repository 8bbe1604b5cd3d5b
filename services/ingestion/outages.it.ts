import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { Redis } from "ioredis";
import { hangPostgres } from "../../dev/testing/hanging-postgres.js";
import type { OwnTestEngines } from "../../dev/testing/stack.js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { openClaims } from "../../platform/claims.js";
import { claimAll } from "../../tests/support/claim-all.js";
import { type EventInit, ingestClient, inShort } from "../../tests/support/ingestion.js";
import { type IngestionStand, startOwnIngestionStand } from "../../tests/support/ingestion-stand.js";
import type { TestProject } from "../../tests/support/projects.js";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("ingestion while an engine is away", function () {
  this.timeout(60_000);
  let stand: IngestionStand<OwnTestEngines>;
  let project: TestProject;

  before(async () => {
    stand = await startOwnIngestionStand();
    project = await stand.project();
  });
  after(() => stand.stop());

  const readyz = async (): Promise<number> =>
    (await fetch(`http://127.0.0.1:${stand.service.httpPort}/readyz`)).status;
  const healthz = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${stand.service.httpPort}/healthz`)).text();

  /** Publishes one event after another while `during` runs; what became of each. */
  const publishMeanwhile = async (
    during: () => Promise<void>,
    of = project,
  ): Promise<Map<string, string>> => {
    const client = ingestClient(stand.service, of.secret);
    const became = new Map<string, string>();
    let isOver = false;
    const publishing = (async () => {
      for (let n = 0; !isOver; n++) {
        const eventId = `${Date.now()}-${n}`;
        const said = await client.publishEvents({ events: [{ eventId, type: "t" }] }).then(
          ({ verdicts }) => verdicts.map(inShort).join(),
          (error: unknown) => Code[ConnectError.from(error).code] ?? "",
        );
        became.set(eventId, said);
        await sleep(5);
      }
    })();
    await during();
    isOver = true;
    await publishing;
    return became;
  };

  it("answers UNAVAILABLE while NATS is away, and loses nothing that it accepted", async () => {
    const became = await publishMeanwhile(async () => {
      await sleep(300);
      await stand.engines.kill("nats");
      await sleep(2_500);
    });
    const said = [...new Set(became.values())];
    expect(said).to.include.members(["ACCEPTED", "Unavailable"]);
    for (const one of said)
      expect(one).to.be.oneOf(["ACCEPTED", "Unavailable", "REJECTED EVENT_LOG_UNAVAILABLE"]);
    expect([...became.values()].at(-1)).to.equal("ACCEPTED");
    const logged = new Set((await stand.logged(project)).map((event) => event.eventId));
    const lost = [...became].filter(([id, verdict]) => verdict === "ACCEPTED" && !logged.has(id));
    expect(lost).to.deep.equal([]);
  });

  it("says at once that it can't store while NATS is down, and is not ready", async () => {
    const restarted = stand.engines.kill("nats");
    let refused: ConnectError | undefined;
    let tookMs = 0;
    while (refused === undefined) {
      const began = performance.now();
      refused = await ingestClient(stand.service, project.secret)
        .publishEvents({ events: [{ type: "t" }] })
        .then(() => undefined, ConnectError.from);
      tookMs = performance.now() - began;
    }
    expect(refused.code).to.equal(Code.Unavailable);
    const [detail] = refused.findDetails(FaultDetailSchema);
    expect(detail?.reason).to.equal(FaultReason.ENGINE_UNAVAILABLE);
    expect(detail?.facts["engine"]).to.equal("nats");
    expect(refused.metadata.get("retry-after")).to.equal("1");
    expect(tookMs).to.be.below(1_000);
    await restarted;
    while ((await readyz()) !== 200) await sleep(50);
  });

  it("answers UNAVAILABLE in time while NATS hangs, and goes on with all that it accepted", async () => {
    const of = await stand.project();
    const known = { eventId: "known", type: "t" };
    expect(await stand.publish([known], of)).to.deep.equal(["ACCEPTED"]);
    const redis = new Redis(stand.engines.redis);
    const { nats, names } = stand;
    const { prefix } = stand.engines;
    const open = () => openClaims({ redis, nats, names, prefix, replicas: 1, bucketBits: 16 });
    try {
      // JetStream may still be coming back from the test before.
      const claims = await open().catch(() => sleep(2_000).then(open));
      await claimAll(stand, claims, of);
    } finally {
      redis.disconnect();
    }
    let slowestMs = 0;
    const timed = async (events: EventInit[]): Promise<string> => {
      const began = performance.now();
      const said = await stand.publish(events, of).then(
        (verdicts) => verdicts.join(),
        (error: unknown) => Code[ConnectError.from(error).code] ?? "",
      );
      slowestMs = Math.max(slowestMs, performance.now() - began);
      return said;
    };
    const became = await publishMeanwhile(async () => {
      await sleep(300);
      stand.engines.signal("nats", "SIGSTOP");
      try {
        // Also where the id is known, so that a block of the log would be read for it. Long enough for the connection
        // to be given up.
        const until = performance.now() + 13_000;
        while (performance.now() < until)
          expect(await timed([known, { eventId: "new", type: "t" }])).to.equal("Unavailable");
        expect(await healthz()).to.include('"engine":"nats","ok":false');
      } finally {
        stand.engines.signal("nats", "SIGCONT");
      }
      await sleep(3_000);
    }, of);
    // An ack is waited for 1.5 s here, advice for less; the rest is a machine with other work.
    expect(slowestMs).to.be.below(6_000);
    expect([...new Set(became.values())]).to.have.members(["ACCEPTED", "Unavailable"]);
    expect([...became.values()].at(-1)).to.equal("ACCEPTED");
    const logged = new Set((await stand.logged(of)).map((event) => event.eventId));
    expect([...became].filter(([id, said]) => said === "ACCEPTED" && !logged.has(id))).to.deep.equal([]);
    expect(await readyz()).to.equal(200);
  });

  it("goes on accepting while Redis is away, and says so", async () => {
    const became = await publishMeanwhile(async () => {
      await sleep(200);
      await stand.engines.kill("redis");
      await sleep(1_500);
    });
    expect([...new Set(became.values())]).to.deep.equal(["ACCEPTED"]);
    expect(await readyz()).to.equal(200);
  });

  it("goes on with what it knows while Postgres is away", async () => {
    const became = await publishMeanwhile(async () => {
      await sleep(200);
      await stand.engines.kill("postgres");
      await sleep(1_000);
    });
    expect([...new Set(became.values())]).to.deep.equal(["ACCEPTED"]);
    expect(await healthz()).to.include('"engine":"postgres"');
  });

  it("makes nobody wait while Postgres hangs, and says so", async () => {
    const of = await stand.project();
    const client = ingestClient(stand.service, of.secret);
    const publish = async (): Promise<number> => {
      const began = performance.now();
      const { verdicts } = await client.publishEvents({ events: [{ type: "t" }] });
      expect(verdicts.map(inShort)).to.deep.equal(["ACCEPTED"]);
      return performance.now() - began;
    };
    await publish();
    // What is said to have changed is asked for anew.
    await stand.pool.query("update api_keys set name = 'other' where project_id = $1", [of.projectId]);
    await sleep(700);
    const goOn = await hangPostgres(stand.pool);
    const waits: number[] = [];
    try {
      for (const endMs = Date.now() + 8_000; Date.now() < endMs; await sleep(20)) waits.push(await publish());
      expect(await healthz()).to.include('"engine":"postgres"');
      expect(await readyz()).to.equal(200);
    } finally {
      goOn();
    }
    expect(Math.max(...waits)).to.be.below(2_500);
    expect(waits.filter((wait) => wait > 300).length).to.be.at.most(8);
    await stand.pool.query("update api_keys set revoke_time = now() where project_id = $1", [of.projectId]);
    for (let tries = 0; ; tries++) {
      const refused = await publish().then(
        () => false,
        (error: unknown) => ConnectError.from(error).code === Code.Unauthenticated,
      );
      if (refused) break;
      expect(tries, "the revoked key still works").to.be.below(100);
      await sleep(50);
    }
  });

  it("stops without losing or doubting anything that it has begun", async () => {
    const of = await stand.project();
    const became = await publishMeanwhile(async () => {
      await sleep(200);
      expect(await stand.service.stop()).to.equal(0);
    }, of);
    expect([...became.values()].filter((verdict) => verdict === "ACCEPTED")).to.have.length.above(2);
    for (const verdict of new Set(became.values())) expect(verdict).to.be.oneOf(["ACCEPTED", "Unavailable"]);
    const logged = new Set((await stand.logged(of)).map((event) => event.eventId));
    const lost = [...became].filter(([id, verdict]) => verdict === "ACCEPTED" && !logged.has(id));
    expect(lost).to.deep.equal([]);
  });
});
