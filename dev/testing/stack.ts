/**
 * Real engines for a test (`*.it.ts`), on free ports and in a temporary folder, stopped and removed in the end.
 *
 * ```ts
 * import { type TestEngines, startEngines } from "../../dev/testing/stack.js";
 *
 * describe("the store of windows", () => {
 *   let engines: TestEngines;
 *   before(async function () { this.timeout(60_000); engines = await startEngines("redis", "clickhouse"); });
 *   after(() => engines.stop());
 *   it("...", () => connect(engines.redis));
 * });
 * ```
 *
 * Where TIDELINE_TEST_ENGINES is set (JSON of addresses, as `node dist/dev/testing/engines-main.js` prints it), these
 * engines are used and left running; so a run of many tests starts engines once. Others may use the same engines at the
 * same time: isolate yours by `engines.prefix` (TIDELINE_PREFIX: streams, subjects, buckets, Redis keys),
 * `engines.clickhouseDatabase` (a name, not created) and `await engines.createPostgresDatabase()` (address of an own,
 * empty database). A test that kills or restarts an engine asks for its own with `startOwnEngines`.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import type { EngineUrls } from "../engines/engine.js";
import { EngineFleet, type EngineName } from "../engines/engines.js";
import type { ManagedProcess } from "../processes/managed-process.js";

export interface TestEngines {
  readonly nats: string;
  readonly redis: string;
  readonly postgres: string;
  readonly clickhouse: string;
  /** Unique to this call: for TIDELINE_PREFIX. */
  readonly prefix: string;
  /** A database name unique to this call; the test creates and drops it. */
  readonly clickhouseDatabase: string;
  /** Creates an empty Postgres database of this call's own; dropped by stop(). Returns its address. */
  createPostgresDatabase(): Promise<string>;
  /** Stops what was started and removes its data; what was only lent stays. */
  stop(): Promise<void>;
}

export interface OwnTestEngines extends TestEngines {
  /** Kills an engine as a crash would (SIGKILL); it is started again by itself within a second. */
  kill(name: EngineName): Promise<void>;
  /** Sends it a signal, such as SIGSTOP; what is stopped must be continued before the test ends. */
  signal(name: EngineName, signal: NodeJS.Signals): void;
  readonly folder: string;
}

/** Engines for a test: those of TIDELINE_TEST_ENGINES where they are all there, else started now. No name: all four. */
export async function startEngines(...names: EngineName[]): Promise<TestEngines> {
  const lent = process.env["TIDELINE_TEST_ENGINES"];
  if (lent === undefined || lent === "") return startOwnEngines(...names);
  const urls = JSON.parse(lent) as EngineUrls;
  return testEngines(
    (name) => urls[name],
    async () => undefined,
  );
}

/** Engines that belong to this test alone, to be killed and restarted at will. No name: all four. */
export async function startOwnEngines(...names: EngineName[]): Promise<OwnTestEngines> {
  const folder = await mkdtemp(join(tmpdir(), "tideline-test-"));
  const fleet = new EngineFleet({
    folder,
    restarts: true,
    tell: () => undefined,
    ...(names.length > 0 ? { names } : {}),
  });
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    await fleet.start();
  } catch (error) {
    await remove();
    throw error;
  }
  const engines = testEngines(
    (name) => fleet.url(name),
    async () => {
      await fleet.stop();
      await remove();
    },
  );
  const processOf = (name: EngineName): ManagedProcess => {
    const running = fleet.process(name);
    if (running === undefined) throw new Error(`${name} was not started`);
    return running;
  };
  return Object.assign(engines, {
    folder,
    signal: (name: EngineName, signal: NodeJS.Signals) => processOf(name).kill(signal),
    kill: async (name: EngineName) => {
      const running = processOf(name);
      const before = running.restarts;
      running.kill("SIGKILL");
      while (running.restarts === before || running.state !== "ready") {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  });
}

function testEngines(url: (name: EngineName) => string, stop: () => Promise<void>): TestEngines {
  const id = randomBytes(5).toString("hex");
  const databases: string[] = [];
  const admin = async (sql: (client: Client) => string) => {
    const client = new Client({ connectionString: url("postgres") });
    await client.connect();
    try {
      await client.query(sql(client));
    } finally {
      await client.end();
    }
  };
  return {
    get nats() {
      return url("nats");
    },
    get redis() {
      return url("redis");
    },
    get postgres() {
      return url("postgres");
    },
    get clickhouse() {
      return url("clickhouse");
    },
    prefix: `t${id}`,
    clickhouseDatabase: `t${id}`,
    createPostgresDatabase: async () => {
      const name = `t${id}_${databases.length}`;
      await admin((client) => `CREATE DATABASE ${client.escapeIdentifier(name)}`);
      databases.push(name);
      const address = new URL(url("postgres"));
      address.pathname = `/${name}`;
      return address.href;
    },
    stop: async () => {
      for (const name of databases.splice(0)) {
        await admin((client) => `DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
      }
      await stop();
    },
  };
}
