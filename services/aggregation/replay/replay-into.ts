import { createHash, randomUUID } from "node:crypto";
import type { KV } from "nats";
import { systemClock } from "../../../platform/clock.js";
import type { ClickHouse } from "../../../platform/engines/clickhouse.js";
import type { Nats } from "../../../platform/engines/nats.js";
import type { Log } from "../../../platform/log.js";
import { migrateClickHouse } from "../../../platform/migrate.js";
import { storedMessage } from "../../../platform/stored-message.js";
import type { StreamNames } from "../../../platform/streams.js";
import { readBlockSchema } from "../block-schema.js";
import { defaultLimits } from "../config.js";
import { openEventTables } from "../engines/event-tables.js";
import { openProgressStore } from "../engines/progress-store.js";
import { PartitionWorker } from "../partition-worker.js";
import { Slots } from "../slots.js";
import { keptAsidePlaces } from "./kept-aside.js";
import { ReplayRefusedError } from "./refusal.js";
import { openSelectedLog } from "./selected-log.js";
import type { Selection } from "./selection.js";

export interface ReplayPorts {
  readonly nats: Nats;
  readonly names: StreamNames;
  readonly clickhouse: ClickHouse;
  /** The bucket of progress: how far a replay is lives there too. */
  readonly progress: KV;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** For tests: a place to crash at. */
  readonly faultPoint?: (name: string) => void | Promise<void>;
}

export interface ReplayIntoOptions {
  readonly selection: Selection;
  /** The shadow database; made where it is missing. */
  readonly database: string;
  /** The last sequence of EVENTS to look at, per partition. */
  readonly ends: readonly number[];
  readonly onRead: (messages: number) => void;
}

export interface ReplayCounts {
  /** Rows that are in the shadow database now. */
  readonly events: number;
  /** Events that no table takes; they are in quarantine since they first came. */
  readonly poisoned: number;
}

const migrationFolder = "services/aggregation/migrations";

/** Keys of a replay in the bucket of progress. */
const replayKey = (database: string, what: string): string => `replay.${database}.${what}`;

/**
 * Brings the selected events into a shadow database, range by range as the worker does: what a killed replay had begun
 * is finished by the next one, and one that is through changes nothing when it is run again.
 * @throws ReplayRefusedError when the database holds another replay.
 */
export async function replayInto(ports: ReplayPorts, options: ReplayIntoOptions): Promise<ReplayCounts> {
  const { nats, names, log, clickhouse, progress, signal, faultPoint } = ports;
  const { database, selection, ends } = options;
  await migrateClickHouse(clickhouse, database, [migrationFolder]);
  await clickhouse.command({
    query: `CREATE TABLE IF NOT EXISTS ${database}.replay (id String) ENGINE = MergeTree ORDER BY id`,
  });
  await claimDatabase(ports, options);
  const store = openProgressStore(progress, (partition) => replayKey(database, String(partition)));
  const { project } = selection;
  const key = replayKey(database, "aside");
  const without = await keptAsidePlaces({ nats, names, progress, log, signal, project, key });
  const eventLog = openSelectedLog({
    nats,
    names,
    log,
    without,
    selection,
    ends,
    onRead: (_partition, messages) => options.onRead(messages),
  });
  let poisoned = 0;
  const tables = openEventTables({
    client: clickhouse,
    database,
    blockSchema: readBlockSchema(),
    slots: new Slots(2),
  });
  const runPartition = async (partition: number): Promise<void> => {
    const done = new AbortController();
    const before = await store.read(partition);
    const epoch = Number(before?.progress.epoch ?? 0n) + 1;
    const worker = new PartitionWorker(
      { partition, epoch, signal: AbortSignal.any([signal, done.signal]), holds: () => true },
      {
        eventLog,
        store: { ...store, held: async () => false },
        tables,
        // They were kept aside when they first came.
        quarantine: { keep: async () => undefined },
        clock: systemClock,
        log,
        limits: { ...defaultLimits, gatherMs: 300, idleWaitMs: 100 },
        rangeAgeMs: () => 0,
        onApplied: async (applied) => {
          poisoned += applied.content.poisoned.size;
        },
        onIdle: () => {
          if (eventLog.isRead(partition)) done.abort();
        },
        ...(faultPoint === undefined ? {} : { faultPoint }),
      },
    );
    await worker.run();
    if (!done.signal.aborted && !signal.aborted) {
      throw new ReplayRefusedError(`another replay into ${database} has taken over`);
    }
  };
  await Promise.all(ends.map((_, partition) => runPartition(partition)));
  signal.throwIfAborted();
  const [events] = await values(clickhouse, `SELECT toString(count()) AS value FROM ${database}.events`);
  return { events: Number(events), poisoned };
}

/**
 * A shadow database belongs to one selection; another one would be mixed into it. The mark in the database and the one
 * beside its progress agree, or the replay begins anew in a database that is empty.
 */
async function claimDatabase(ports: ReplayPorts, { database, selection }: ReplayIntoOptions): Promise<void> {
  const { progress, clickhouse } = ports;
  const text = JSON.stringify({ ...selection, types: [...selection.types].sort() });
  const name = createHash("sha256").update(text).digest("hex");
  const found = await progress.get(replayKey(database, "selection"));
  const known = found?.operation === "PUT" ? found.string() : undefined;
  const marks = await values(clickhouse, `SELECT id AS value FROM ${database}.replay`);
  if (known !== undefined && marks.includes(known)) {
    if (known.startsWith(name)) return;
    throw new ReplayRefusedError(`the database ${database} holds another replay; begin it anew with --fresh`);
  }
  const [rows] = await values(clickhouse, `SELECT toString(count()) AS value FROM ${database}.events`);
  if (rows !== "0") {
    throw new ReplayRefusedError(
      `the database ${database} holds events of no known replay; begin it anew with --fresh`,
    );
  }
  await forgetProgress(progress, database);
  const mark = `${name}:${randomUUID()}`;
  await clickhouse.insert({ table: `${database}.replay`, values: [{ id: mark }], format: "JSONEachRow" });
  await progress.put(replayKey(database, "selection"), mark);
}

async function values(clickhouse: ClickHouse, query: string): Promise<string[]> {
  const result = await clickhouse.query({ query, format: "JSONEachRow" });
  return (await result.json<{ value: string }>()).map(({ value }) => value);
}

async function forgetProgress(progress: KV, database: string): Promise<void> {
  const keys: string[] = [];
  for await (const key of await progress.keys(replayKey(database, ">"))) keys.push(key);
  for (const key of keys) await progress.purge(key);
}

/** Drops a shadow database and forgets how far its replay was. */
export async function dropReplay({ clickhouse, progress }: ReplayPorts, database: string): Promise<void> {
  await clickhouse.command({ query: `DROP DATABASE IF EXISTS ${database} SYNC` });
  await forgetProgress(progress, database);
}

/** Where the log ends now, per partition that ever had a message; 0 where it has nothing that may be selected. */
export async function logEnds({ nats, names }: ReplayPorts, fromMs: number): Promise<number[]> {
  const { state } = await nats.jsm.streams.info(names.events, { subjects_filter: names.eventsSubject("*") });
  const subjects = new Set(Object.keys(state.subjects ?? {}));
  const ends: number[] = [];
  for (let partition = 0; subjects.size > 0; partition++) {
    const subject = names.eventsSubject(partition);
    const isThere = subjects.delete(subject);
    const last = isThere ? await storedMessage(nats, names.events, { lastOf: subject }) : undefined;
    const storedAt = Date.parse(last?.headers?.get("Nats-Time-Stamp") ?? "");
    ends.push(last === undefined || storedAt < fromMs ? 0 : last.sequence);
    if (partition > partitionsMax) throw new Error("the stream of events has subjects of another kind");
  }
  return ends;
}

const partitionsMax = 65_536;
