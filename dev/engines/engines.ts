import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Env } from "../../platform/settings.js";
import { ManagedProcess } from "../processes/managed-process.js";
import { type Binary, ensureBinaries } from "./binaries.js";
import { prepareClickhouse } from "./clickhouse.js";
import type { EngineUrls, PreparedEngine } from "./engine.js";
import { prepareNats } from "./nats.js";
import { preparePostgres } from "./postgres.js";
import { prepareRedis } from "./redis.js";

export type EngineName = keyof EngineUrls;

const prepare: Record<EngineName, (folder: string) => Promise<PreparedEngine>> = {
  nats: prepareNats,
  redis: prepareRedis,
  postgres: preparePostgres,
  clickhouse: prepareClickhouse,
};

export const engineNames = Object.keys(prepare) as readonly EngineName[];

/** The environment variable that gives an engine instead of having it started. */
export const engineVariable: Record<EngineName, string> = {
  nats: "NATS_URL",
  redis: "REDIS_URL",
  postgres: "DATABASE_URL",
  clickhouse: "CLICKHOUSE_URL",
};

/** Programs that an engine needs on the machine. */
const binaries: Partial<Record<EngineName, Binary>> = { nats: "nats-server", redis: "redis-server" };

/** The engines that the environment gives. */
export function givenEngines(env: Env): Partial<EngineUrls> {
  const given = engineNames.flatMap((name) => {
    const url = env[engineVariable[name]];
    return url === undefined || url === "" ? [] : [[name, url] as const];
  });
  return Object.fromEntries(given);
}

export interface EngineFleetOptions {
  /** Data goes to a folder per engine in here, logs to `logs/`. */
  readonly folder: string;
  /** Which to run; all by default. */
  readonly names?: readonly EngineName[];
  /** Addresses of engines that run already: used instead of starting one. */
  readonly given?: Partial<EngineUrls>;
  readonly restarts: boolean;
  readonly tell: (line: string) => void;
}

/** The engines of a stack, started together and stopped together. */
export class EngineFleet {
  readonly #options: EngineFleetOptions;
  readonly #processes = new Map<EngineName, ManagedProcess>();
  readonly #prepared = new Map<EngineName, PreparedEngine>();
  #stopped = false;

  constructor(options: EngineFleetOptions) {
    this.#options = options;
  }

  /** Starts all at once. @throws the first failure, after what was started is stopped again. */
  async start(): Promise<void> {
    const { names = engineNames, given = {}, folder, tell } = this.#options;
    mkdirSync(folder, { recursive: true });
    const own = names.filter((name) => !given[name]);
    ensureBinaries(
      own.flatMap((name) => binaries[name] ?? []),
      tell,
    );
    const started = await Promise.allSettled(own.map((name) => this.#startOne(name)));
    const failure = started.find((result) => result.status === "rejected");
    if (failure === undefined) return;
    await this.stop();
    throw failure.reason;
  }

  async #startOne(name: EngineName): Promise<void> {
    const { folder, restarts, tell } = this.#options;
    const prepared = await prepare[name](join(folder, name));
    if (this.#stopped) throw new Error(`${name} was stopped while it started`);
    const running = new ManagedProcess(prepared.spec, {
      logFile: join(folder, "logs", `${name}.log`),
      restarts,
      tell,
    });
    this.#prepared.set(name, prepared);
    this.#processes.set(name, running);
    await running.start();
    await prepared.afterStart?.();
  }

  /** The address of an engine, started or given. */
  url(name: EngineName): string {
    const url = this.knownUrl(name);
    if (url === undefined) throw new Error(`${name} is not among the engines of this fleet`);
    return url;
  }

  /** The address as far as it is known by now. */
  knownUrl(name: EngineName): string | undefined {
    return this.#options.given?.[name] ?? this.#prepared.get(name)?.url;
  }

  /** Further addresses of an engine that was started here. */
  extra(name: EngineName): Readonly<Record<string, string>> {
    return this.#prepared.get(name)?.extra ?? {};
  }

  get processes(): readonly ManagedProcess[] {
    return [...this.#processes.values()];
  }

  process(name: EngineName): ManagedProcess | undefined {
    return this.#processes.get(name);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.processes.map((running) => running.stop()));
  }
}
