import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { startEngines, startOwnEngines, type TestEngines } from "../../dev/testing/stack.js";
import { ProjectSettingsSchema, Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { QueryService } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { hashSecret, makeSecret } from "../../platform/control/keys.js";
import { type ClickHouse, openClickHouse } from "../../platform/engines/clickhouse.js";
import { type Nats, openNats } from "../../platform/engines/nats.js";
import { openPostgres, type Postgres } from "../../platform/engines/postgres.js";
import { migrateAll } from "../../platform/migrate-all.js";
import { repoRoot } from "../../platform/root.js";
import { reconcileStreams, type StreamNames, streamDefaults, streamNames } from "../../platform/streams.js";

export const operatorKey = "operator-key-of-a-test";
export const partitions = 4;

/** A query service as its own process, on real engines, with nothing in them. */
export interface House {
  readonly engines: TestEngines;
  readonly clickhouse: ClickHouse;
  readonly database: string;
  readonly pool: Postgres;
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly httpUrl: string;
  readonly grpcUrl: string;
  /** Creates a project; gives a key of it, for the scopes given. */
  project(projectId: string, settings?: SettingsInit, scopes?: readonly Scope[]): Promise<string>;
  /** A client with a key. */
  client(key: string, options?: ClientOptions): Client<typeof QueryService>;
  /** Starts another instance beside the house's own, on the same engines. */
  another(): Promise<Service>;
  /** Stops the process alone. */
  stopService(): Promise<void>;
  stop(): Promise<void>;
}

type SettingsInit = MessageInitShape<typeof ProjectSettingsSchema>;

export interface ClientOptions {
  readonly over?: "connect" | "grpc";
  readonly useHttpGet?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Tests' events are of any age: none has expired unless a test says so. */
const keepsAll = {
  TIDELINE_RAW_DAYS: "36500",
  TIDELINE_MINUTE_ROLLUP_DAYS: "36500",
  TIDELINE_QUARTER_ROLLUP_DAYS: "36500",
  TIDELINE_DAY_ROLLUP_DAYS: "36500",
};

export interface HouseOptions {
  /** Engines of its own, which the test may kill. */
  readonly own?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const engines = await (options.own === true ? startOwnEngines() : startEngines());
  try {
    return await furnish(engines, options);
  } catch (error) {
    await engines.stop();
    throw error;
  }
}

async function furnish(engines: TestEngines, options: HouseOptions): Promise<House> {
  const databaseUrl = await engines.createPostgresDatabase();
  const database = engines.clickhouseDatabase;
  await migrateAll({ databaseUrl, clickhouseUrl: engines.clickhouse, clickhouseDatabase: database });
  const clickhouse = openClickHouse({ url: engines.clickhouse, database, name: "query test" });
  const pool = openPostgres({ url: databaseUrl, name: "query test" });
  const nats = await openNats({ url: engines.nats, name: "query test" });
  const names = streamNames(engines.prefix);
  await reconcileStreams(nats, { names, replicas: 1, ...streamDefaults, streamBytesMax: 2 ** 28 });
  const env = {
    NATS_URL: engines.nats,
    REDIS_URL: engines.redis,
    DATABASE_URL: databaseUrl,
    CLICKHOUSE_URL: engines.clickhouse,
    CLICKHOUSE_DATABASE: database,
    TIDELINE_PREFIX: engines.prefix,
    TIDELINE_PARTITIONS: String(partitions),
    TIDELINE_OPERATOR_KEY: operatorKey,
    ...keepsAll,
    ...options.env,
  };
  const service = await startService(env);
  const others: Service[] = [];
  return {
    engines,
    clickhouse,
    database,
    pool,
    nats,
    names,
    httpUrl: service.httpUrl,
    grpcUrl: service.grpcUrl,
    project: (projectId, settings = {}, scopes = [Scope.QUERY]) =>
      addProject(pool, { projectId, settings, scopes }),
    client: (key, clientOptions) => clientOf(service, key, clientOptions),
    async another() {
      const other = await startService(env);
      others.push(other);
      return other;
    },
    stopService: () => service.stop(),
    async stop() {
      await Promise.all([service, ...others].map((one) => one.stop()));
      for (const name of [database, `${database}_sql`, `${database}_sql_direct`]) {
        await clickhouse.command({ query: `DROP DATABASE IF EXISTS ${name}` }).catch(() => undefined);
      }
      await Promise.all([clickhouse.close(), pool.end(), nats.close()]);
      await engines.stop();
    },
  };
}

export interface Service {
  readonly httpUrl: string;
  readonly grpcUrl: string;
  stop(): Promise<void>;
  /** Ends it by SIGKILL: it has no time for anything. */
  kill(): Promise<void>;
}

/** Starts the process and waits until it says where it serves. */
async function startService(env: Readonly<Record<string, string>>): Promise<Service> {
  const main = join(repoRoot, "dist/services/query/main.js");
  const child = spawn(process.execPath, ["--enable-source-maps", main], {
    env: { ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { grpcPort, httpPort } = await portsOf(child);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  };
  return {
    httpUrl: `http://127.0.0.1:${httpPort}`,
    grpcUrl: `http://127.0.0.1:${grpcPort}`,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

function portsOf(child: ChildProcess): Promise<{ grpcPort: number; httpPort: number }> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.once("exit", (code) => reject(new Error(`query ended with ${code}: ${said}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      const text = chunk.toString();
      said = `${said}${text}`.slice(-4_000);
      // Bugs are logged by the service: a test run shows them.
      if (/"level":(50|60)/.test(text)) process.stderr.write(text);
      const found = /"grpcPort":(\d+),"httpPort":(\d+)/.exec(said);
      if (found !== null) resolve({ grpcPort: Number(found[1]), httpPort: Number(found[2]) });
    });
  });
}

interface NewProject {
  readonly projectId: string;
  readonly settings: SettingsInit;
  readonly scopes: readonly Scope[];
}

async function addProject(pool: Postgres, { projectId, settings, scopes }: NewProject): Promise<string> {
  const secret = makeSecret();
  const bytes = Buffer.from(toBinary(ProjectSettingsSchema, create(ProjectSettingsSchema, settings)));
  await pool.query(
    "insert into projects (project_id, name, settings) values ($1, $1, $2) on conflict do nothing",
    [projectId, bytes],
  );
  await pool.query(
    `insert into api_keys (key_id, project_id, name, secret_hash, hint, scopes)
     values ($1, $2, 'test', $3, '', $4)`,
    [secret.slice(3, 15), projectId, hashSecret(secret), scopes],
  );
  return secret;
}

function clientOf(service: Service, key: string, options: ClientOptions = {}): Client<typeof QueryService> {
  const withHeaders: Interceptor = (next) => (request) => {
    request.header.set("authorization", `Bearer ${key}`);
    for (const [name, value] of Object.entries(options.headers ?? {})) request.header.set(name, value);
    return next(request);
  };
  const interceptors = [withHeaders];
  if (options.over === "grpc") {
    return createClient(QueryService, createGrpcTransport({ baseUrl: service.grpcUrl, interceptors }));
  }
  const transport = createConnectTransport({
    baseUrl: service.httpUrl,
    httpVersion: "1.1",
    useHttpGet: options.useHttpGet ?? false,
    interceptors,
  });
  return createClient(QueryService, transport);
}
