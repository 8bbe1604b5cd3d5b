import { expect } from "chai";
import type { WindowCounts } from "../../../platform/windows.js";
import type { ProducedEvent } from "./produced-events.js";
import type { Rig } from "./rig.js";

/** Compares every table with a recount of what was produced; an assertion each that says which table is wrong. */
export async function expectExact(
  rig: Rig,
  produced: readonly ProducedEvent[],
  database = rig.database,
): Promise<void> {
  await expectEvents(rig, produced, database);
  const counted = produced.filter(({ isSystem }) => !isSystem);
  await expectRollup(rig, counted, { database, table: "rollup_minute", sizeMs: 60_000 });
  await expectRollup(rig, counted, { database, table: "rollup_quarter", sizeMs: 900_000 });
  await expectRollup(rig, counted, { database, table: "rollup_day", sizeMs: 86_400_000 });
  const identities = produced.filter(({ type }) => type === "identify").length;
  const [row] = await rig.rows<{ n: string }>(
    `SELECT uniqExact(partition, raw_sequence, raw_index) AS n FROM ${database}.identities`,
  );
  expect(Number(row?.n), "identities").to.equal(identities);
  // Three properties each, by identify and traits.
  const statements = produced.filter(({ isSystem }) => isSystem).length;
  const [traits] = await rig.rows<{ n: string }>(
    `SELECT uniqExact(partition, raw_sequence, raw_index, name) AS n FROM ${database}.traits`,
  );
  expect(Number(traits?.n), "traits").to.equal(statements * 3);
}

async function expectEvents(rig: Rig, produced: readonly ProducedEvent[], database: string): Promise<void> {
  const [row] = await rig.rows<{ n: string; positions: string; amount: number }>(
    `SELECT count() AS n, uniqExact(partition, raw_sequence, raw_index) AS positions, sum(amount) AS amount
    FROM ${database}.events`,
  );
  const amount = produced.reduce((sum, event) => sum + event.amount, 0);
  expect(
    { rows: Number(row?.n), positions: Number(row?.positions), amount: row?.amount },
    "events",
  ).to.deep.equal({
    rows: produced.length,
    positions: produced.length,
    amount,
  });
}

interface RollupRow {
  readonly key: string;
  readonly events: string | number;
  readonly visitors: string | number;
  readonly amount: number;
}

async function expectRollup(
  rig: Rig,
  counted: readonly ProducedEvent[],
  { database, table, sizeMs }: { database: string; table: string; sizeMs: number },
): Promise<void> {
  const bucket =
    table === "rollup_day" ? "toInt64(toInt32(bucket)) * 86400000" : "toUnixTimestamp64Milli(bucket)";
  const rows = await rig.rows<RollupRow>(
    `SELECT concat(project_id, '|', type, '|', toString(${bucket}), '|', country, '|', device_class, '|',
      toString(received_date)) AS key,
      sum(r.events) AS events, uniqExactMerge(r.visitors) AS visitors, sum(r.amount) AS amount
    FROM ${database}.${table} AS r GROUP BY key`,
  );
  const wanted = new Map<string, { events: number; visitors: Set<string>; amount: number }>();
  for (const event of counted) {
    const start = Math.floor(event.timeMs / sizeMs) * sizeMs;
    const received = new Date(event.receivedTimeMs).toISOString().slice(0, 10);
    const key = [event.projectId, event.type, start, event.country, event.deviceClass, received].join("|");
    const entry = wanted.get(key) ?? { events: 0, visitors: new Set<string>(), amount: 0 };
    entry.events++;
    entry.visitors.add(event.visitorId);
    entry.amount += event.amount;
    wanted.set(key, entry);
  }
  const wrong = rows.filter((row) => {
    const want = wanted.get(row.key);
    return (
      want === undefined ||
      want.events !== Number(row.events) ||
      want.visitors.size !== Number(row.visitors) ||
      want.amount !== row.amount
    );
  });
  const total = rows.reduce((sum, row) => sum + Number(row.events), 0);
  expect({ rows: rows.length, wrong: wrong.length, events: total }, table).to.deep.equal({
    rows: wanted.size,
    wrong: 0,
    events: counted.length,
  });
}

/** What a window must hold by the events inside it. */
export function recountWindow(startMs: number, inside: readonly ProducedEvent[]): WindowCounts {
  const counts: WindowCounts = {
    startMs,
    events: 0,
    amount: 0,
    types: new Map(),
    countries: new Map(),
    deviceClasses: new Map(),
  };
  const count = (into: Map<string, Map<string, number>>, type: string, value: string): void => {
    const values = into.get(type) ?? new Map<string, number>();
    into.set(type, values.set(value, (values.get(value) ?? 0) + 1));
  };
  for (const { type, country, deviceClass, amount } of inside) {
    counts.events++;
    counts.amount += amount;
    const entry = counts.types.get(type) ?? { events: 0, amount: 0 };
    counts.types.set(type, { events: entry.events + 1, amount: entry.amount + amount });
    count(counts.countries, type, country);
    count(counts.deviceClasses, type, deviceClass);
  }
  return counts;
}
