// A stack as a user has it, started by npm on a copy of the house: what it consists of, that a crash of any of its
// processes loses nothing that was acked, and that its events outlive it. dev/start.e2e.ts holds what the commands say.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { readStackFile, type StackFile } from "../dev/stack-file.js";
import { AdminService } from "../gen/ts/tideline/admin/v1/admin_service_pb.js";
import { QueryService } from "../gen/ts/tideline/query/v1/query_service_pb.js";
import { Aggregation } from "../gen/ts/tideline/query/v1/question_pb.js";
import { copyOfHouse } from "./support/copy.js";
import { clientOf } from "./support/own-project.js";
import { askOne, countEvents, drained, ofField, until } from "./support/questions.js";
import { type Ran, runCommand } from "./support/run.js";
import { SteadySender } from "./support/sender.js";
import { freePortOffset } from "./support/stack.js";

const startMsMax = 120_000;

describe("A stack of a user's own", function () {
  this.timeout(startMsMax + 30_000);
  let house: string;
  let offset: number;
  let data: string;

  const npm = (args: readonly string[]): Promise<Ran> =>
    runCommand("npm", args, {
      cwd: house,
      env: { TIDELINE_DATA: data, TIDELINE_PORT_OFFSET: String(offset), INIT_CWD: undefined },
      msMax: startMsMax,
    });
  const start = () => npm(["start", "--", "--detach", "--no-demo"]);
  const file = (): StackFile => {
    const found = readStackFile(data);
    if (found === undefined) throw new Error(`no stack.json in ${data}`);
    return found;
  };
  const queryOf = (stack: StackFile) => clientOf(QueryService, stack, stack.keys.query);

  before(async () => {
    house = await copyOfHouse();
    data = join(house, "data of mine");
    offset = await freePortOffset();
  });

  after(async () => {
    await npm(["stop"]);
    await rm(house, { recursive: true, force: true, maxRetries: 5 });
  });

  it("starts detached, with a project and keys but no events", async () => {
    const ran = await start();
    expect(ran.code, ran.stdout + ran.stderr).to.equal(0);
    console.log(`      started in ${ran.seconds.toFixed(1)} s`);
    const { http, grpc, registry, project, keys, engines } = file();
    expect({ http, grpc, registry }).to.deep.equal({
      http: `http://127.0.0.1:${8080 + offset}`,
      grpc: `127.0.0.1:${9090 + offset}`,
      registry: `http://127.0.0.1:${8081 + offset}`,
    });
    expect(project).to.match(/^[a-z0-9]+$/);
    expect(engines).to.include.keys("nats", "redis", "postgres", "clickhouse");
    for (const text of [http, grpc, keys.ingest, keys.query]) expect(ran.stdout).to.contain(text);
    expect(await countEvents(queryOf(file()))).to.equal(0);
    const admin = clientOf(AdminService, file(), keys.admin);
    expect((await admin.getProject({})).project?.projectId).to.equal(project);
  });

  it("answers ready in every service once it has returned", async () => {
    const { services } = file();
    expect(services.map(({ service }) => service)).to.include.members([
      ...["ingestion", "enrichment", "aggregation", "query", "admin", "registry"],
    ]);
    for (const { name, http } of services) expect((await fetch(`${http}/readyz`)).status, name).to.equal(200);
  });

  it("restarts each process that is killed, and loses nothing that was acked", async function () {
    this.timeout(300_000);
    const { grpc, keys, processes } = file();
    const sender = new SteadySender({ address: grpc, key: keys.ingest, prefix: "killed" });
    sender.start();
    for (const { name } of processes) {
      const [sent, pid] = [sender.acked, pidOf(file(), name)];
      process.kill(pid, "SIGKILL");
      await until(
        async () => pidOf(file(), name),
        (now) => now !== 0 && now !== pid,
        { what: `${name}, killed, is there again` },
      );
      await allReady(file());
      await until(
        async () => sender.acked,
        (acked) => acked > sent + 200,
        { what: `events go on after ${name}` },
      );
    }
    const acked = await sender.stop();
    console.log(`      ${processes.length} processes killed, ${acked} events acked`);
    const query = queryOf(file());
    await drained(query, acked);
    const ids = { aggregation: Aggregation.UNIQUE_VALUES, property: ofField("event_id") };
    expect(await askOne(query, ids), "different ids").to.equal(acked);
  });

  it("keeps events, project and keys from one start to the next", async () => {
    expect((await npm(["stop"])).code).to.equal(0);
    const ran = await start();
    expect(ran.code, ran.stdout + ran.stderr).to.equal(0);
    console.log(`      started again in ${ran.seconds.toFixed(1)} s`);
    const query = queryOf(file());
    const before = await countEvents(query);
    expect(before).to.be.greaterThan(1_000);
    const sender = new SteadySender({ address: file().grpc, key: file().keys.ingest, prefix: "after" });
    sender.start();
    await sleep(1_000);
    await drained(query, before + (await sender.stop()));
  });
});

function pidOf(stack: StackFile, name: string): number {
  return stack.processes.find((process) => process.name === name)?.pid ?? 0;
}

async function allReady({ services }: StackFile): Promise<void> {
  for (const { name, http } of services) {
    const ready = async () => (await fetch(`${http}/readyz`).catch(() => undefined))?.status;
    await until(ready, (status) => status === 200, { what: `${name} is ready` });
  }
}
