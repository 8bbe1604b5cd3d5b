import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Pool, RoutedService } from "../deploy/gateway/gateway.js";
import { migrateAll } from "../platform/migrate-all.js";
import { checkDataFolder, checkGivenEngines, checkPorts } from "./checks.js";
import { demoSpec } from "./demo-process.js";
import { ensureDemoProject } from "./demo-project.js";
import { ensureBinaries } from "./engines/binaries.js";
import type { EngineUrls } from "./engines/engine.js";
import { EngineFleet, givenEngines } from "./engines/engines.js";
import { prepareGateway } from "./engines/gateway.js";
import type { StackOptions } from "./options.js";
import { ManagedProcess, type ProcessSpec } from "./processes/managed-process.js";
import { endProcesses, identify, isAlive } from "./processes/process-table.js";
import { prepareService, type ServiceInstance, serviceNames } from "./services.js";
import {
  type Identity,
  readIdentity,
  readStackFile,
  removeStackFile,
  type StackFile,
  writeIdentity,
  writeStackFile,
} from "./stack-file.js";

const clickhouseDatabase = "tideline";
/** Partitions of the log of a new stack: few, since one machine does all the work. */
const partitionsDefault = 4;
const leftoverMsMax = 20_000;

export interface StackSurroundings {
  /** One line on what is being done or what happened. */
  readonly tell: (line: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One stack: engines, services and gateway, started in order, watched, and stopped in the reverse order. */
export class Stack {
  readonly #options: StackOptions;
  readonly #around: StackSurroundings;
  readonly #engines: EngineFleet;
  #services: { instance: ServiceInstance; process: ManagedProcess }[] = [];
  #gateway: ManagedProcess | undefined;
  #demo: ManagedProcess | undefined;
  #identity: Identity | undefined;
  #state: StackFile["state"] = "starting";
  #isStopping = false;
  #stopped: Promise<void> | undefined;
  readonly #startedAt = new Date().toISOString();

  constructor(options: StackOptions, around: StackSurroundings) {
    this.#options = options;
    this.#around = around;
    this.#engines = new EngineFleet({
      folder: options.data,
      given: givenEngines(around.env),
      restarts: true,
      tell: (line) => this.#happened(line),
    });
  }

  /**
   * Starts everything and returns once every service answers ready.
   * @throws Error in one line, or with the last words of what failed; then all that was started is stopped.
   */
  async start(): Promise<StackFile> {
    try {
      await this.#start();
      return this.#write();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { data, ports } = this.#options;
    checkDataFolder(data);
    await this.#endLeftovers();
    await checkPorts(ports);
    await checkGivenEngines(givenEngines(this.#around.env));
    this.#identity = readIdentity(data, Number(this.#around.env["TIDELINE_PARTITIONS"]) || partitionsDefault);
    this.#write();
    ensureBinaries(["haproxy"], this.#around.tell);

    await this.#step("engines", () => this.#engines.start());
    await this.#step("databases", async () => {
      const { postgres, clickhouse } = this.#urls();
      await migrateAll({ databaseUrl: postgres, clickhouseUrl: clickhouse, clickhouseDatabase });
    });
    await this.#step("services", () => this.#startServices());
    await this.#step("gateway", () => this.#startGateway());
    await this.#step("demo project", async () => {
      this.#identity = await ensureDemoProject(`http://127.0.0.1:${ports.grpc}`, this.#mine());
      writeIdentity(data, this.#identity);
    });
    this.#state = "ready";
  }

  /** Starts the simulator of visitors, where it is wanted. Its output goes to the terminal where there is one. */
  async startDemo(onTerminal: boolean): Promise<void> {
    if (!this.#options.demo || this.#isStopping) return;
    const spec = demoSpec({ data: this.#options.data, onTerminal });
    this.#demo = this.#managed(spec);
    await this.#demo.start();
    this.#write();
  }

  /** Stops everything that was started, in the order in which nothing loses what it needs. Safe to call again. */
  stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await this.#demo?.stop();
    await this.#gateway?.stop();
    await Promise.all(this.#services.map(({ process }) => process.stop()));
    await this.#engines.stop();
    removeStackFile(this.#options.data);
  }

  /** Ends what a killed supervisor may have left. */
  async #endLeftovers(): Promise<void> {
    const before = readStackFile(this.#options.data);
    const left = (before?.processes ?? []).filter(isAlive);
    if (left.length > 0) {
      this.#around.tell(`ending ${left.length} processes that an interrupted run left`);
      await endProcesses(left, leftoverMsMax);
    }
  }

  async #step(name: string, work: () => Promise<void>): Promise<void> {
    if (this.#isStopping) throw new Error("stopped while it started");
    this.#around.tell(`${name} ...`);
    const from = Date.now();
    await work();
    this.#around.tell(`${name} ready (${((Date.now() - from) / 1000).toFixed(1)} s)`);
    this.#write();
  }

  async #startServices(): Promise<void> {
    const around = {
      engines: this.#urls(),
      operatorKey: this.#mine().operator,
      dataSecret: this.#mine().dataSecret,
      streamBytesMax: this.#mine().streamBytesMax,
      partitions: this.#mine().partitions,
      ingestAddress: `127.0.0.1:${this.#options.ports.grpc}`,
    };
    for (const service of serviceNames) {
      for (let number = 1; number <= (this.#options.instances[service] ?? 1); number += 1) {
        const instance = await prepareService(service, number, around);
        this.#services.push({ instance, process: this.#managed(instance.spec) });
      }
    }
    if (this.#isStopping) return;
    const started = await Promise.allSettled(this.#services.map(({ process }) => process.start()));
    const failure = started.find((result) => result.status === "rejected");
    if (failure) throw failure.reason;
  }

  async #startGateway(): Promise<void> {
    const pool = (service: RoutedService): Pool => ({
      kind: "fixed",
      instances: this.#services
        .filter(({ instance }) => instance.service === service)
        .map(({ instance: { grpcPort, httpPort, restPort } }) => {
          return { host: "127.0.0.1", grpcPort, httpPort, ...(restPort === undefined ? {} : { restPort }) };
        }),
    });
    const spec = prepareGateway({
      folder: join(this.#options.data, "gateway"),
      ports: this.#options.ports,
      pools: {
        ingestion: pool("ingestion"),
        query: pool("query"),
        admin: pool("admin"),
        registry: pool("registry"),
      },
    });
    this.#gateway = this.#managed(spec);
    await this.#gateway.start();
  }

  #managed(spec: ProcessSpec): ManagedProcess {
    const logs = join(this.#options.data, "logs");
    mkdirSync(logs, { recursive: true });
    return new ManagedProcess(spec, {
      logFile: join(logs, `${spec.name}.log`),
      restarts: true,
      tell: (line) => this.#happened(line),
    });
  }

  #happened(line: string): void {
    this.#around.tell(line);
    if (this.#isStopping) return;
    try {
      this.#write();
    } catch (error) {
      // A full disk must not end the stack; what is written down is then a little old.
      this.#around.tell(
        `stack.json could not be written: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #mine(): Identity {
    if (!this.#identity) throw new Error("the stack has no identity before its folder was read");
    return this.#identity;
  }

  #urls(): EngineUrls {
    return {
      nats: this.#engines.url("nats"),
      redis: this.#engines.url("redis"),
      postgres: this.#engines.url("postgres"),
      clickhouse: this.#engines.url("clickhouse"),
    };
  }

  /** Writes down how the stack is now. */
  #write(): StackFile {
    const { data, ports } = this.#options;
    const { operator, project, keys } = this.#mine();
    const processes = [...this.#engines.processes, ...this.#services.map(({ process }) => process)];
    for (const one of [this.#gateway, this.#demo]) if (one) processes.push(one);
    const self = identify(process.pid);
    if (!self) throw new Error("this process is not in the table of processes");
    const known = (name: keyof EngineUrls) => this.#engines.knownUrl(name) ?? "";
    const stack: StackFile = {
      state: this.#state,
      http: `http://127.0.0.1:${ports.http}`,
      grpc: `127.0.0.1:${ports.grpc}`,
      registry: `http://127.0.0.1:${ports.registry}`,
      project,
      keys: { ...keys, operator },
      engines: {
        nats: known("nats"),
        redis: known("redis"),
        postgres: known("postgres"),
        clickhouse: known("clickhouse"),
        natsMonitor: this.#engines.extra("nats")["monitor"] ?? "",
      },
      services: this.#services.map(({ instance: { service, name, httpPort, grpcPort } }) => {
        return { service, name, http: `http://127.0.0.1:${httpPort}`, grpc: `127.0.0.1:${grpcPort}` };
      }),
      supervisor: self,
      processes: processes.flatMap((one) => {
        const identity = one.pid === undefined ? undefined : identify(one.pid);
        return identity ? [{ ...identity, name: one.spec.name }] : [];
      }),
      logs: join(data, "logs"),
      startedAt: this.#startedAt,
    };
    writeStackFile(data, stack);
    return stack;
  }
}
