import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { BoundedLog } from "./bounded-log.js";
import { ManagedProcess, type ProcessSpec } from "./managed-process.js";
import { endProcesses, identify, isAlive } from "./process-table.js";

describe("a process of the stack", function () {
  this.timeout(20_000);
  let folder: string;
  let told: string[];
  const running: ManagedProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tideline-process-"));
    told = [];
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    rmSync(folder, { recursive: true });
  });

  /** A Node program of one line; ready once it wrote the file `up`. */
  function program(script: string, more: Partial<ProcessSpec> = {}, restarts = true): ManagedProcess {
    const up = join(folder, "up");
    const spec: ProcessSpec = {
      name: "it",
      command: process.execPath,
      args: ["-e", `const up = ${JSON.stringify(up)}, fs = require("node:fs"); ${script}`],
      ready: async () => existsSync(up),
      readyMsMax: 5000,
      ...more,
    };
    const tell = (line: string) => told.push(line);
    const one = new ManagedProcess(spec, { logFile: join(folder, "log"), restarts, tell });
    running.push(one);
    return one;
  }

  const stay = 'fs.writeFileSync(up, ""); setInterval(() => 0, 1000);';

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await sleep(20);
  }

  it("is ready, keeps its words, and is gone after a stop", async () => {
    const one = program(`console.log("hello"); console.error("world"); ${stay}`);
    await one.start();
    expect(one.state).to.equal("ready");
    const identity = identify(one.pid ?? 0);
    await one.stop();
    expect(identity && isAlive(identity)).to.equal(false);
    expect(readFileSync(join(folder, "log"), "utf8"))
      .to.contain("hello")
      .and.contain("world");
    expect(told).to.deep.equal([]);
  });

  it("comes back after a crash, and says so", async () => {
    const one = program(stay);
    await one.start();
    const before = one.pid;
    one.kill();
    await until(() => told.length === 2);
    expect(told).to.deep.equal(["it ended with SIGKILL; started again in 250 ms", "it is back"]);
    expect(one.pid).to.not.equal(before);
    expect(one.restarts).to.equal(1);
  });

  it("waits longer each time that it ends at once", async () => {
    const one = program(stay);
    await one.start();
    for (let round = 1; round <= 3; round += 1) {
      one.kill();
      await until(() => told.length === round * 2);
    }
    expect(
      told.filter((line) => line.includes("again")).map((line) => /(\d+) ms/.exec(line)?.[1]),
    ).to.deep.equal(["250", "500", "1000"]);
  });

  it("fails with its last words where it ends, hangs or is not there", async () => {
    const failure = (one: ManagedProcess) =>
      one.start().then(
        () => "",
        (error: Error) => error.message,
      );
    expect(await failure(program('console.error("no luck"); process.exit(3)'))).to.match(
      /it ended with code 3;.*\nno luck/,
    );
    expect(await failure(program("setInterval(() => 0, 1000)", { readyMsMax: 300 }))).to.contain(
      "was not ready within",
    );
    expect(await failure(program("", { command: "/no/such/program" }))).to.match(
      /it (could not be started|ended)/,
    );
  });

  it("is left alone once its work is done, where it has an end", async () => {
    const one = program('fs.writeFileSync(up, ""); setTimeout(() => process.exit(0), 100)', { ends: true });
    await one.start();
    await until(() => one.state === "stopped");
    expect(told).to.deep.equal([]);
  });

  it("is killed where it does not end when asked", async () => {
    const one = program(`process.on("SIGTERM", () => 0); ${stay}`, { stopMsMax: 200 });
    await one.start();
    const identity = identify(one.pid ?? 0);
    const from = Date.now();
    await one.stop();
    expect(Date.now() - from).to.be.within(150, 2000);
    expect(identity && isAlive(identity)).to.equal(false);
  });

  it("stops while it starts, and while it waits to come back", async () => {
    const starting = program("setInterval(() => 0, 1000)");
    const started = starting.start().catch((error: Error) => error.message);
    await sleep(100);
    await starting.stop();
    expect(await started).to.contain("stopped while it started");
    const waiting = program(stay);
    await waiting.start();
    waiting.kill();
    await until(() => waiting.state === "waiting");
    await waiting.stop();
    await sleep(400);
    expect(waiting.state).to.equal("stopped");
    expect(waiting.restarts).to.equal(0);
  });

  it("ends with its parent, however that ended", async function () {
    if (process.platform !== "linux") this.skip();
    const script = `
      import { ManagedProcess } from ${JSON.stringify(new URL("./managed-process.js", import.meta.url).href)};
      const one = new ManagedProcess(
        { name: "child", command: process.execPath, args: ["-e", "setInterval(() => 0, 1000)"],
          ready: async () => true, readyMsMax: 1000 },
        { logFile: ${JSON.stringify(join(folder, "child"))}, restarts: false, tell: () => 0 });
      await one.start();
      (await import("node:fs")).writeFileSync(${JSON.stringify(join(folder, "pid"))}, String(one.pid));
      (await import("node:fs")).writeFileSync(${JSON.stringify(join(folder, "up"))}, "");
      setInterval(() => 0, 1000);`;
    const parent = program("", { args: ["--input-type=module", "-e", script] }, false);
    await parent.start();
    const child = identify(Number(readFileSync(join(folder, "pid"), "utf8")));
    expect(child && isAlive(child)).to.equal(true);
    parent.kill("SIGKILL");
    await until(() => child === undefined || !isAlive(child));
  });

  it("can be ended by another process that knows its identity, and no later one of its number", async () => {
    const one = program(stay, {}, false);
    await one.start();
    const identity = identify(one.pid ?? 0);
    if (!identity) throw new Error("not in the table of processes");
    await endProcesses([{ ...identity, startedAt: identity.startedAt + 1 }], 100);
    expect(isAlive(identity)).to.equal(true);
    await endProcesses([identity], 2000);
    expect(isAlive(identity)).to.equal(false);
  });

  it("has a log of bounded size", () => {
    const log = new BoundedLog(join(folder, "big"));
    const chunk = Buffer.alloc(1024 * 1024, "x\n");
    for (let count = 0; count < 40; count += 1) log.write(chunk);
    log.write("the end\n");
    expect(log.tail(1)).to.equal("the end");
    expect(statSync(join(folder, "big")).size + statSync(join(folder, "big.1")).size).to.be.lessThan(
      20 * 1024 * 1024,
    );
  });
});
