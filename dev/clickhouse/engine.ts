import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ChdbResult, Session } from "chdb";
import { engineErrorOf } from "./engine-error.js";
import { Gate } from "./gate.js";
import { repairDeduplicationLogs } from "./log-repair.js";
import { quoted, quotedName, setStatement } from "./settings-sql.js";

export interface EngineOptions {
  readonly dataFolder: string;
  readonly memoryBytesMax: number;
  /** Reads that run at once; writes have as many places of their own, so that no read keeps them out. */
  readonly concurrency: number;
  /** What a query may take where its request says nothing, seconds. */
  readonly timeSecondsMax: number;
}

export interface EngineCall {
  readonly sql: string;
  readonly format: string;
  readonly database: string | undefined;
  /** The caller's name for it: the beginning of its comment, by which it is found among what runs. */
  readonly queryId: string | undefined;
  readonly settings: ReadonlyMap<string, Buffer>;
  readonly parameters: ReadonlyMap<string, Buffer>;
  /** Reads are stopped when their caller is gone; writes are always finished. */
  readonly reads: boolean;
  readonly signal: AbortSignal;
}

/** Callers that wait for a place at most, and for how long. */
const waitingMax = 512;
const waitMsMax = 60_000;

/** The one in-process engine of this process. Each call has a session of its own, so nothing is left behind in it. */
export class Engine {
  /** Names this life of the engine: another one after every start. */
  readonly bootId = randomUUID();
  readonly startedAt = new Date();
  /** Records that the repair took out of the deduplication logs before the engine opened the folder. */
  readonly repaired: number;
  readonly #options: EngineOptions;
  readonly #connectionArgs: string[];
  /** Keeps the engine open while no call runs. */
  readonly #keeper: Session;
  readonly #gates: { reads: Gate; writes: Gate };
  #onFatal: (text: string) => void = () => undefined;

  /** Opens a data folder, repaired first. No other process may have it open. */
  constructor(options: EngineOptions) {
    this.#options = options;
    mkdirSync(options.dataFolder, { recursive: true });
    this.repaired = repairDeduplicationLogs(options.dataFolder);
    const config = join(options.dataFolder, "engine.xml");
    writeFileSync(config, engineConfig(options.memoryBytesMax));
    this.#connectionArgs = [
      `--config-file=${config}`,
      "--implicit_select=0",
      "--allow_introspection_functions=0",
      // Parameters and settings travel in a SET statement: room for long ones.
      `--max_query_size=${64 * 1024 * 1024}`,
      `--max_execution_time=${options.timeSecondsMax}`,
    ];
    this.#keeper = this.#open();
    const limits = { running: options.concurrency, waiting: waitingMax, waitMs: waitMsMax };
    this.#gates = { reads: new Gate(limits), writes: new Gate(limits) };
  }

  /** Called once the engine says that it is broken for the rest of this process's life. */
  onFatal(listener: (text: string) => void): void {
    this.#onFatal = listener;
  }

  get load(): { reads: Gate["load"]; writes: Gate["load"] } {
    return { reads: this.#gates.reads.load, writes: this.#gates.writes.load };
  }

  /**
   * Runs one statement.
   * @throws what engineErrorOf reads.
   */
  run(call: EngineCall): Promise<ChdbResult> {
    const gate = call.reads ? this.#gates.reads : this.#gates.writes;
    return gate.run(() => this.#runNow(call));
  }

  async #runNow(call: EngineCall): Promise<ChdbResult> {
    call.signal.throwIfAborted();
    const session = this.#open();
    const mark = `${call.queryId ?? ""} ${randomUUID()}`;
    const stop = () => this.#kill(mark);
    try {
      const set = setStatement(
        new Map([...call.settings, ["log_comment", Buffer.from(mark)]]),
        call.parameters,
      );
      if (set !== undefined) await session.queryAsync(set);
      if (call.database !== undefined) await session.queryAsync(`USE ${quotedName(call.database)}`);
      // Who left meanwhile is not told of by an event any more.
      if (call.reads) {
        call.signal.throwIfAborted();
        call.signal.addEventListener("abort", stop, { once: true });
      }
      return await session.queryAsync(call.sql, { format: call.format });
    } catch (error) {
      const { code, text } = engineErrorOf(error);
      if (code === 236 && text.includes("fatal")) this.#onFatal(text);
      throw error;
    } finally {
      call.signal.removeEventListener("abort", stop);
      session.close();
    }
  }

  /** Asks the engine to stop the query that bears a mark; its own promise then rejects with code 394. */
  #kill(mark: string): void {
    const sql = `KILL QUERY WHERE Settings['log_comment'] = ${quoted(Buffer.from(mark))} ASYNC`;
    this.#keeper.queryAsync(sql).catch((error: unknown) => {
      console.error(`clickhouse: a query could not be stopped: ${engineErrorOf(error).text}`);
    });
  }

  /** Releases the data folder; no call may be running. */
  close(): void {
    this.#keeper.close();
  }

  #open(): Session {
    return new Session(this.#options.dataFolder, { connectionArgs: this.#connectionArgs });
  }
}

/** Free background threads below which merges get smaller or wait: their defaults suit a pool of 16. */
const mergeLimits = [
  "number_of_free_entries_in_pool_to_lower_max_size_of_merge",
  "number_of_free_entries_in_pool_to_execute_mutation",
  "number_of_free_entries_in_pool_to_execute_optimize_entire_partition",
];

/** Small caches and few background threads: the engine shares a laptop with everything else. */
function engineConfig(memoryBytesMax: number): string {
  return `<clickhouse>
  <max_server_memory_usage>${memoryBytesMax}</max_server_memory_usage>
  <mark_cache_size>268435456</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <background_pool_size>4</background_pool_size>
  <background_schedule_pool_size>8</background_schedule_pool_size>
  <merge_tree>
    ${mergeLimits.map((name) => `<${name}>2</${name}>`).join("\n    ")}
  </merge_tree>
</clickhouse>
`;
}
