import { expect } from "chai";
import { seededRandom } from "../../dev/testing/random.js";
import { type OwnTestEngines, startOwnEngines } from "../../dev/testing/stack.js";
import { type ServiceProcess, startService } from "../../tests/support/service-process.js";
import { openRig, type Rig, until } from "./testing/rig.js";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("aggregation's stop", function () {
  this.timeout(60_000);
  let rig: Rig & { engines: OwnTestEngines };
  let service: ServiceProcess;

  before(async () => {
    rig = await openRig(await startOwnEngines("nats", "redis", "clickhouse", "postgres"));
    const { engines } = rig;
    service = await startService("aggregation", {
      NATS_URL: engines.nats,
      REDIS_URL: engines.redis,
      DATABASE_URL: await engines.createPostgresDatabase(),
      CLICKHOUSE_URL: engines.clickhouse,
      CLICKHOUSE_DATABASE: rig.database,
      TIDELINE_PREFIX: engines.prefix,
      TIDELINE_PARTITIONS: "2",
      TIDELINE_OPERATOR_KEY: "operator-key-of-this-test",
    });
  });
  after(async () => {
    rig.engines.signal("clickhouse", "SIGCONT");
    await service.stop();
    await rig.close();
  });

  const publish = async (partition: number): Promise<void> => {
    await rig.publish({ random: seededRandom(), nowMs: Date.now(), spreadMs: 60_000 }, partition, 50);
  };

  it("waits for no engine that hangs, neither in sessions nor in an insert", async () => {
    await publish(0);
    await until("it works", () => rig.isApplied());
    rig.engines.signal("clickhouse", "SIGSTOP");
    await publish(1);
    // Sessions are looked at every three seconds.
    await pause(4_000);
    const began = performance.now();
    expect(await service.stop()).to.equal(0);
    expect(performance.now() - began).to.be.below(8_000);
  });
});
