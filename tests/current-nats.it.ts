// Other tests run on Debian's nats-server 2.9. Production runs a current one that syncs each write before its ack
// (deploy/nats.conf): the suites of the log run on that as well, as they stand.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { freePort } from "../dev/processes/free-port.js";
import { startEngines, type TestEngines } from "../dev/testing/stack.js";
import { openNats } from "../platform/engines/nats.js";
import { repoRoot } from "../platform/root.js";
import { requireNatsServer } from "./support/toolchains.js";

const suites = ["platform/streams", "services/enrichment/engines/events-log", "services/ingestion/ingestion"];

describe("a current nats-server that syncs each write", function () {
  this.timeout(230_000);
  let folder: string;
  let version: string;
  let engines: TestEngines;
  let server: ChildProcess;
  let url: string;
  let monitor: string;

  before(async function () {
    const found = await requireNatsServer(this);
    version = found.version;
    folder = mkdtempSync(join(tmpdir(), "tideline-nats-"));
    engines = await startEngines("redis", "postgres");
    const [port, monitoring] = [await freePort(), await freePort()];
    url = `nats://127.0.0.1:${port}`;
    monitor = `http://127.0.0.1:${monitoring}`;
    // As it is deployed, but for its addresses and its folder.
    const deployed = readFileSync(join(repoRoot, "deploy/nats.conf"), "utf8");
    const config = deployed
      .replace(/^http: .*$/m, `listen: "127.0.0.1:${port}"\nhttp: "127.0.0.1:${monitoring}"`)
      .replace('"/data"', JSON.stringify(join(folder, "data")));
    writeFileSync(join(folder, "nats.conf"), config);
    server = spawn(found.program, ["-c", join(folder, "nats.conf")], { stdio: "ignore" });
    for (let tries = 0; !(await fetch(`${monitor}/healthz`).catch(() => ({ ok: false }))).ok; tries++) {
      if (tries === 200 || server.exitCode !== null) throw new Error("nats-server does not start");
      await sleep(50);
    }
  });
  after(async () => {
    if (server?.exitCode === null) {
      server.kill("SIGTERM");
      await once(server, "exit");
    }
    await engines?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it("is what it says it is", async () => {
    const nats = await openNats({ url, name: "test" });
    expect(nats.connection.info?.version).to.equal(version);
    await nats.close();
    const { config } = (await (await fetch(`${monitor}/jsz?config=1`)).json()) as { config: object };
    expect(config).to.include({ sync_always: true });
  });

  for (const suite of suites) {
    it(`passes the suite ${suite}`, async () => {
      const lent = { nats: url, redis: engines.redis, postgres: engines.postgres };
      const args = ["--exit", "--timeout", "60000", join(repoRoot, "dist", `${suite}.it.js`)];
      const { TIDELINE_TEST_SUMMARY: _summary, ...env } = process.env;
      const child = spawn(join(repoRoot, "node_modules/.bin/mocha"), args, {
        cwd: repoRoot,
        env: { ...env, TIDELINE_TEST_ENGINES: JSON.stringify(lent) },
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
      const [code] = await once(child, "close");
      expect(code, said).to.equal(0);
      expect(said).to.match(/\b[1-9]\d* passing/);
    });
  }
});
