import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { repoRoot } from "../platform/root.js";
import { isFree } from "./processes/free-port.js";
import { isAlive } from "./processes/process-table.js";
import { readStackFile, type StackFile } from "./stack-file.js";
import { startOwnEngines } from "./testing/stack.js";

const publicPorts = [8080, 9090, 8081];
const startMsMax = 180_000;

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** An offset at which the public ports are free. */
async function freeOffset(): Promise<number> {
  for (;;) {
    const offset = 1_000 + Math.floor(Math.random() * 9_000);
    if ((await Promise.all(publicPorts.map((port) => isFree(port + offset)))).every(Boolean)) return offset;
  }
}

describe("npm start and npm stop", function () {
  this.timeout(startMsMax);
  let data: string;
  let offset: number;

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "tideline-start-"));
    offset = await freeOffset();
  });

  afterEach(async () => {
    await run("stop.mjs");
  });

  after(() => rmSync(data, { recursive: true, force: true }));

  interface RunOptions {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** Sends SIGINT once the output holds this. */
    readonly interruptAt?: string;
  }

  function run(script: string, { args = [], env = {}, interruptAt }: RunOptions = {}): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(repoRoot, "dev", script), ...args], {
        cwd: repoRoot,
        env: { ...process.env, TIDELINE_DATA: data, TIDELINE_PORT_OFFSET: String(offset), ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let said = "";
      let interrupted = false;
      const hear = (chunk: Buffer) => {
        said += chunk.toString();
        if (interruptAt === undefined || interrupted || !said.includes(interruptAt)) return;
        interrupted = true;
        child.kill("SIGINT");
      };
      child.stdout.on("data", hear);
      child.stderr.on("data", hear);
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, said }));
    });
  }

  const startDetached = (env = {}) => run("start.mjs", { args: ["--detach", "--no-demo"], env });

  function current(): StackFile {
    const stack = readStackFile(data);
    if (!stack) throw new Error("no stack.json");
    return stack;
  }

  async function expectAllGone(stack: StackFile): Promise<void> {
    expect([stack.supervisor, ...stack.processes].filter(isAlive)).to.deep.equal([]);
    for (const port of publicPorts)
      expect(await isFree(port + offset), `port ${port + offset}`).to.equal(true);
    expect(readStackFile(data)).to.equal(undefined);
  }

  it("starts detached, prints what one needs, and stops without a trace", async () => {
    const started = await startDetached();
    expect(started.code, started.said).to.equal(0);
    const stack = current();
    expect(stack.state).to.equal("ready");
    expect(stack.http).to.equal(`http://127.0.0.1:${8080 + offset}`);
    expect(started.said).to.contain(stack.http).and.contain(stack.keys.ingest).and.contain("curl");
    expect(stack.project).to.match(/^[a-z0-9]+$/);
    for (const { http, name } of stack.services)
      expect((await fetch(`${http}/readyz`)).status, name).to.equal(200);

    const again = await startDetached();
    expect(again).to.deep.include({ code: 0 });
    expect(again.said).to.contain("It runs already").and.contain(stack.http);
    expect(current().supervisor).to.deep.equal(stack.supervisor);

    expect((await run("stop.mjs")).code).to.equal(0);
    await expectAllGone(stack);
    expect((await run("stop.mjs")).code).to.equal(0);
  });

  it("keeps project and keys over a second start, and restarts what is killed", async () => {
    await startDetached();
    const before = current();
    await run("stop.mjs");
    const from = Date.now();
    await startDetached();
    expect(Date.now() - from).to.be.lessThan(60_000);
    const stack = current();
    expect(stack.project).to.equal(before.project);
    expect(stack.keys).to.deep.equal(before.keys);
    for (const name of ["admin-1", "redis", "gateway"]) {
      const victim = current().processes.find((one) => one.name === name);
      if (!victim) throw new Error(`${name} is not there`);
      process.kill(victim.pid, "SIGKILL");
      let now = victim;
      while (now.pid === victim.pid) {
        await sleep(50);
        now = current().processes.find((one) => one.name === name) ?? victim;
      }
    }
    const listed = await fetch(`${stack.http}/tideline.admin.v1.AdminService/ListProjects`, {
      method: "POST",
      headers: { authorization: `Bearer ${stack.keys.operator}`, "content-type": "application/json" },
      body: "{}",
    });
    expect(listed.status).to.equal(200);
  });

  it("cleans up what a killed supervisor left, at the next start and at a stop", async () => {
    await startDetached();
    const stack = current();
    process.kill(stack.supervisor.pid, "SIGKILL");
    const started = await startDetached();
    expect(started.code, started.said).to.equal(0);
    expect(stack.processes.filter(isAlive)).to.deep.equal([]);
    const second = current();
    process.kill(second.supervisor.pid, "SIGKILL");
    expect((await run("stop.mjs")).code).to.equal(0);
    expect(second.processes.filter(isAlive)).to.deep.equal([]);
  });

  it("ends with Ctrl-C, at any moment of its start and afterwards", async () => {
    for (const moment of ["engines ...", "services ...", "Ctrl-C stops everything"]) {
      const { said } = await run("start.mjs", { args: ["--no-demo"], interruptAt: moment });
      expect(said, moment).to.contain("stopped");
      expect(readStackFile(data), moment).to.equal(undefined);
      for (const port of publicPorts) expect(await isFree(port + offset), moment).to.equal(true);
    }
  });

  it("says in one line what stands in its way", async () => {
    const lines = (text: string) => text.trim().split("\n");
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(9090 + offset, "127.0.0.1", resolve));
    const busy = await startDetached();
    blocker.close();
    expect(busy.code).to.equal(1);
    expect(lines(busy.said)).to.have.length(1);
    expect(busy.said)
      .to.contain(`port ${9090 + offset} is taken`)
      .and.contain("TIDELINE_PORT_OFFSET");

    const file = join(data, "a-file");
    writeFileSync(file, "");
    const unusable = await startDetached({ TIDELINE_DATA: join(file, "folder") });
    expect(unusable.code).to.equal(1);
    expect(lines(unusable.said)).to.have.length(1);
    expect(unusable.said).to.contain("TIDELINE_DATA");

    const unknown = await run("start.mjs", { args: ["--detatch"] });
    expect(unknown.code).to.equal(1);
    expect(lines(unknown.said)).to.have.length(1);

    const away = await startDetached({ NATS_URL: "nats://127.0.0.1:1" });
    expect(away.code).to.equal(1);
    expect(away.said).to.contain("NATS_URL: nothing answers at 127.0.0.1:1");
  });

  it("uses engines that are given by URL", async () => {
    const engines = await startOwnEngines();
    try {
      const { nats, redis, postgres, clickhouse } = engines;
      const env = { NATS_URL: nats, REDIS_URL: redis, DATABASE_URL: postgres, CLICKHOUSE_URL: clickhouse };
      const started = await startDetached(env);
      expect(started.code, started.said).to.equal(0);
      const stack = current();
      expect(stack.engines).to.deep.include({ nats, redis, postgres, clickhouse });
      expect(stack.processes.map(({ name }) => name)).to.not.include.members(["nats"]);
      for (const { http, name } of stack.services)
        expect((await fetch(`${http}/readyz`)).status, name).to.equal(200);
    } finally {
      await run("stop.mjs");
      await engines.stop();
    }
  });
});
