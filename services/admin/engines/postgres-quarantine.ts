import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type pg from "pg";
import { QuarantinedSchema } from "../../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { EventSchema } from "../../../gen/ts/tideline/event/v1/event_pb.js";
import { EventFaultSchema } from "../../../gen/ts/tideline/event/v1/verdict_pb.js";
import type { QuarantinedEvent } from "../../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import { inTransaction, type Postgres } from "../../../platform/engines/postgres.js";
import { answered } from "../../../platform/engines/postgres-errors.js";
import type { KeptEvent, Page, QuarantineQuery, QuarantineStore, Refeed } from "../ports.js";
import { alarmsOf, listAlarms, pruneAlarms } from "./postgres-alarms.js";

interface QuarantineRow {
  readonly quarantine_id: string;
  readonly event: Buffer;
  readonly reason: number;
  readonly field: string;
  readonly rule: string;
  readonly message: string;
  readonly schema_version: string;
  readonly received_ms: string;
  readonly key_id: string;
  readonly step: string;
  readonly attempts: number;
  readonly stream_sequence: string;
  readonly log_sequence: string;
  readonly sealed_event: Buffer;
}

const COLUMNS = `quarantine_id, event, reason, field, rule, message, schema_version, received_ms, key_id, step,
  attempts, stream_sequence, sealed_event, log_sequence`;

/** States of a row; only what is kept is listed. */
const KEPT = 0;
const TAKEN = 1;
const DISCARDED = 2;

/** The key of events that this service feeds again; such an event keeps the form in which it first came. */
const REFED_BY = "operator";

/** Two weeks: twice what the log holds, so that a message read again never lists what was settled. */
const SETTLED_KEPT = "14 days";

/** The listing in the table `quarantined`. */
export function openQuarantineStore(pool: Postgres): QuarantineStore {
  const select = (query: QuarantineQuery, page: Page, order: "asc" | "desc"): Promise<KeptEvent[]> =>
    answered(async () => {
      const { where, values } = conditions(query);
      const sign = order === "asc" ? ">" : "<";
      const [receivedMs, quarantineId] = page.after ?? [];
      const isWhole = receivedMs !== undefined && /^-?\d{1,16}$/.test(receivedMs);
      const at = values.push(isWhole ? receivedMs : null, quarantineId ?? null, page.limit);
      const { rows } = await pool.query<QuarantineRow>(
        `select ${COLUMNS} from quarantined where ${where}
           and ($${at - 2}::bigint is null or (received_ms, quarantine_id) ${sign} ($${at - 2}, $${at - 1}::text))
         order by received_ms ${order}, quarantine_id ${order} limit $${at}`,
        values,
      );
      return rows.map(keptOfRow);
    });
  return {
    apply: (events, streamSequence) =>
      answered(() => inTransaction(pool, (client) => apply(client, events, streamSequence))),
    alarms: (projectId, nowMs) => answered(() => listAlarms(pool, projectId, nowMs)),
    list: (query, page) => select(query, page, "desc"),
    oldest: (query, page) => select(query, page, "asc"),
    count: (query) =>
      answered(async () => {
        const { where, values } = conditions(query);
        const found = await pool.query<{ count: string }>(
          `select count(*) from quarantined where ${where}`,
          values,
        );
        return Number(found.rows[0]?.count ?? 0);
      }),
    settle: (projectId, refeeds) => answered(() => settle(pool, projectId, refeeds)),
    discard: (query) =>
      answered(async () => {
        const { where, values } = conditions(query);
        const set = `state = ${DISCARDED}, settle_time = now()`;
        const { rowCount } = await pool.query(`update quarantined set ${set} where ${where}`, values);
        return rowCount ?? 0;
      }),
    knows: (projectId, quarantineIds) =>
      answered(async () => {
        const found = await pool.query(
          "select 1 from quarantined where project_id = $1 and quarantine_id = any($2) limit 1",
          [projectId, quarantineIds.filter((id) => !id.includes("\0"))],
        );
        return found.rows.length > 0;
      }),
    prune: () =>
      answered(async () => {
        const old = `state <> ${KEPT} and settle_time < now() - interval '${SETTLED_KEPT}'`;
        const removed = await pool.query(`delete from quarantined where ${old}`);
        await pruneAlarms(pool, SETTLED_KEPT);
        return removed.rowCount ?? 0;
      }),
  };
}

/** The conditions of a query, and the values that they are bound to. */
function conditions(query: QuarantineQuery): { where: string; values: unknown[] } {
  const values: unknown[] = [query.projectId];
  const parts = ["project_id = $1", `state = ${KEPT}`];
  const add = (condition: (place: string) => string, value: unknown) => {
    if (value !== undefined) parts.push(condition(`$${values.push(value)}`));
  };
  const ids = query.quarantineIds.filter((id) => !id.includes("\0"));
  add((place) => `quarantine_id = any(${place})`, query.quarantineIds.length === 0 ? undefined : ids);
  add((place) => `event_id = ${place}`, bytesOf(query.eventId));
  add((place) => `type = ${place}`, bytesOf(query.type));
  add((place) => `reason = ${place}`, query.reason);
  add((place) => `received_ms >= ${place}`, query.fromMs);
  add((place) => `received_ms < ${place}`, query.toMs);
  add((place) => `alarm_id = ${place}`, query.alarmId);
  if (query.isOutsideAlarms === true) parts.push("alarm_id = ''");
  return { where: parts.join(" and "), values };
}

function bytesOf(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

/** What the type text takes: all but a NUL. */
function storable(text: string): string {
  return text.replaceAll("\0", "\uFFFD");
}

async function apply(
  client: pg.PoolClient,
  events: readonly QuarantinedEvent[],
  streamSequence: number,
): Promise<void> {
  // One statement may touch a row once: of two copies in a message the later one counts.
  const last = new Map<string, QuarantinedEvent>();
  for (const event of events) last.set(`${event.projectId}\0${idOf(event)}`, event);
  const rows = [...last.values()];
  if (rows.length === 0) return;
  const alarms = await alarmsOf(client, rows);
  const column = <T>(value: (event: QuarantinedEvent) => T): T[] => rows.map(value);
  await client.query(
    `insert into quarantined (project_id, event_id, quarantine_id, type, reason, field, rule, message,
       schema_version, received_ms, key_id, step, event, sealed_event, alarm_id, log_sequence,
       stream_sequence)
     select *, $17::bigint from unnest($1::text[], $2::bytea[], $3::text[], $4::bytea[], $5::int[], $6::text[],
       $7::text[], $8::text[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::bytea[], $14::bytea[],
       $15::text[], $16::bigint[])
     on conflict (project_id, event_id) do update set ${whenKeptAgain()}
     where excluded.stream_sequence > quarantined.stream_sequence`,
    [
      column(({ projectId }) => storable(projectId)),
      column((event) => Buffer.from(idOf(event))),
      column(({ quarantineId }) => storable(quarantineId)),
      column(({ event }) => Buffer.from(event?.type ?? "")),
      column(({ fault }) => fault?.reason ?? 0),
      column(({ fault }) => storable(fault?.field ?? "")),
      column(({ fault }) => storable(fault?.rule ?? "")),
      column(({ fault }) => storable(fault?.message ?? "")),
      column(({ fault }) => fault?.schemaVersion ?? 0),
      column(({ receivedTimeMs }) => String(receivedTimeMs)),
      column(({ keyId }) => storable(keyId)),
      column(({ step }) => storable(step)),
      column(({ event }) => Buffer.from(event === undefined ? [] : toBinary(EventSchema, event))),
      column(({ sealedEvent }) => Buffer.from(sealedEvent)),
      column(({ quarantineId }) => alarms.get(quarantineId) ?? ""),
      column(logSequenceOf),
      streamSequence,
    ],
  );
}

/** An event without an id is known by its name in quarantine. */
function idOf({ event, quarantineId }: QuarantinedEvent): string {
  return event?.eventId || quarantineId;
}

/** Aggregation names what it keeps aside by its place in RAW. */
function logSequenceOf({ step, quarantineId }: QuarantinedEvent): number {
  const [, sequence = "0"] = /^aggregation-(\d{1,15})-\d+$/.exec(quarantineId) ?? [];
  return step === "aggregation" ? Number(sequence) : 0;
}

/**
 * What changes in the row of an event that is kept aside again. Where its client sent it again it is a new entry in
 * the old place. Where this service fed it again, the row keeps the event as it came, who sent it and when, and a row
 * that was settled in the meantime stays settled; but what passed the door and was kept aside behind it is in no table,
 * and comes back. Its place in the log is always the last one: there its id is claimed.
 */
function whenKeptAgain(): string {
  const unlessRefed = (column: string, fresh = `excluded.${column}`) =>
    `${column} = case when excluded.key_id = '${REFED_BY}' then quarantined.${column} else ${fresh} end`;
  const isBack = `excluded.log_sequence > 0 and quarantined.state = ${TAKEN}`;
  const unlessSettled = (column: string, fresh: string) =>
    `${column} = case when excluded.key_id = '${REFED_BY}' and not (${isBack})
       then quarantined.${column} else ${fresh} end`;
  const always = ["stream_sequence", "log_sequence", "reason", "field", "rule", "message", "schema_version"];
  return [
    ...always.map((column) => `${column} = excluded.${column}`),
    ...["type", "event", "sealed_event", "alarm_id", "received_ms", "step", "key_id"].map((column) =>
      unlessRefed(column),
    ),
    unlessSettled("state", String(KEPT)),
    unlessSettled("settle_time", "null"),
    unlessRefed("attempts", `case when quarantined.state = ${KEPT} then quarantined.attempts else 0 end`),
  ].join(", ");
}

async function settle(pool: Postgres, projectId: string, refeeds: readonly Refeed[]): Promise<void> {
  const taken = refeeds.flatMap((refeed) => (refeed.kind === "taken" ? [refeed] : []));
  const failed = refeeds.flatMap((refeed) => (refeed.kind === "failed" ? [refeed] : []));
  if (taken.length > 0) {
    await pool.query(
      `update quarantined set state = ${TAKEN}, settle_time = now()
       from unnest($2::text[], $3::bigint[]) as fed(id, sequence)
       where project_id = $1 and quarantine_id = fed.id and stream_sequence = fed.sequence and state = ${KEPT}`,
      [
        projectId,
        taken.map(({ kept }) => kept.quarantined.quarantineId),
        taken.map(({ kept }) => kept.streamSequence),
      ],
    );
  }
  if (failed.length === 0) return;
  await pool.query(
    `update quarantined set attempts = attempts + 1, reason = fed.reason, field = fed.field, rule = fed.rule,
       message = fed.message, schema_version = fed.version
     from unnest($2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::bigint[])
       as fed(id, reason, field, rule, message, version)
     where project_id = $1 and quarantine_id = fed.id and state = ${KEPT}`,
    [
      projectId,
      failed.map(({ kept }) => kept.quarantined.quarantineId),
      failed.map(({ fault }) => fault.reason),
      failed.map(({ fault }) => storable(fault.field)),
      failed.map(({ fault }) => storable(fault.rule)),
      failed.map(({ fault }) => storable(fault.message)),
      failed.map(({ fault }) => fault.schemaVersion),
    ],
  );
}

function keptOfRow(row: QuarantineRow): KeptEvent {
  const receivedMs = Number(row.received_ms);
  const quarantined = create(QuarantinedSchema, {
    quarantineId: row.quarantine_id,
    event: fromBinary(EventSchema, row.event),
    fault: create(EventFaultSchema, {
      reason: row.reason,
      field: row.field,
      rule: row.rule,
      message: row.message,
      schemaVersion: Number(row.schema_version),
    }),
    receiveTime: timestampFromMs(receivedMs),
    keyId: row.key_id,
    attempts: row.attempts,
    isMasked: row.sealed_event.length > 0,
  });
  const { step, stream_sequence: streamSequence, sealed_event: sealedEvent } = row;
  return {
    quarantined,
    sealedEvent,
    receivedMs,
    step,
    streamSequence,
    logSequence: Number(row.log_sequence),
  };
}
