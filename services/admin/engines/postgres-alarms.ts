import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type pg from "pg";
import {
  type QuarantineAlarm,
  QuarantineAlarmSchema,
} from "../../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import type { QuarantinedEvent } from "../../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import type { Postgres } from "../../../platform/engines/postgres.js";

/** Floods of a key that are no further apart than this are one alarm; it is open for so long after its last event. */
const QUIET_MS = 10 * 60_000;
const ALARMS_MAX = 100;

interface AlarmRow {
  readonly alarm_id: string;
  readonly key_id: string;
  readonly first_ms: string;
  readonly last_ms: string;
  readonly events: string;
  readonly type: Buffer;
  readonly reason: number;
  readonly field: string;
  readonly rule: string;
  readonly message: string;
  readonly schema_version: string;
  readonly fault_events: string;
}

/**
 * The alarm of each event of a flood, by quarantine id; made where its key has none that is near in time. Idempotent:
 * events that come again find the alarm they had.
 */
export async function alarmsOf(
  client: pg.PoolClient,
  events: readonly QuarantinedEvent[],
): Promise<ReadonlyMap<string, string>> {
  const byKey = new Map<string, QuarantinedEvent[]>();
  for (const event of events) {
    if (!event.inFlood) continue;
    const key = `${event.projectId} ${event.keyId}`;
    const flood = byKey.get(key);
    if (flood === undefined) byKey.set(key, [event]);
    else flood.push(event);
  }
  const alarms = new Map<string, string>();
  for (const flood of byKey.values()) {
    const [first] = flood;
    if (first === undefined) continue;
    const times = flood.map(({ receivedTimeMs }) => Number(receivedTimeMs));
    const alarmId = await openAlarm(client, first, {
      firstMs: times.reduce((one, other) => Math.min(one, other)),
      lastMs: times.reduce((one, other) => Math.max(one, other)),
    });
    for (const { quarantineId } of flood) alarms.set(quarantineId, alarmId);
  }
  return alarms;
}

async function openAlarm(
  client: pg.PoolClient,
  { projectId, keyId }: QuarantinedEvent,
  { firstMs, lastMs }: { firstMs: number; lastMs: number },
): Promise<string> {
  // Of two instances that list events of one key, the second sees the alarm of the first.
  await client.query("select pg_advisory_xact_lock(hashtextextended($1, 4711))", [`${projectId} ${keyId}`]);
  const found = await client.query<{ alarm_id: string }>(
    `update quarantine_alarms set first_ms = least(first_ms, $3), last_ms = greatest(last_ms, $4)
     where project_id = $1 and alarm_id = (
       select alarm_id from quarantine_alarms
       where project_id = $1 and key_id = $2 and $3::bigint <= last_ms + $5 and $4::bigint >= first_ms - $5
       order by last_ms desc limit 1)
     returning alarm_id`,
    [projectId, keyId, firstMs, lastMs, QUIET_MS],
  );
  const [row] = found.rows;
  if (row !== undefined) return row.alarm_id;
  const alarmId = `${keyId}-${firstMs}`;
  await client.query(
    `insert into quarantine_alarms (project_id, alarm_id, key_id, first_ms, last_ms) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [projectId, alarmId, keyId, firstMs, lastMs],
  );
  return alarmId;
}

/** Removes alarms that have been over for `age` and have no event left on the list. */
export async function pruneAlarms(pool: Postgres, age: string): Promise<void> {
  await pool.query(
    `delete from quarantine_alarms a
     where a.last_ms < extract(epoch from now() - $1::interval) * 1000 and not exists (
       select 1 from quarantined q
       where q.project_id = a.project_id and q.alarm_id = a.alarm_id and q.state = 0 and q.alarm_id <> '')`,
    [age],
  );
}

/** The alarms of a project that still have events, newest first. */
export async function listAlarms(
  pool: Postgres,
  projectId: string,
  nowMs: number,
): Promise<QuarantineAlarm[]> {
  const { rows } = await pool.query<AlarmRow>(
    `select a.alarm_id, a.key_id, a.first_ms, a.last_ms, top.*
     from quarantine_alarms a cross join lateral (
       select sum(count(*)) over () as events, q.type, q.reason, q.field, q.rule, min(q.message) as message,
         min(q.schema_version) as schema_version, count(*) as fault_events
       from quarantined q
       where q.project_id = a.project_id and q.alarm_id = a.alarm_id and q.state = 0
       group by q.type, q.reason, q.field, q.rule order by count(*) desc limit 1) top
     where a.project_id = $1 order by a.last_ms desc limit ${ALARMS_MAX}`,
    [projectId],
  );
  return rows.map((row) =>
    create(QuarantineAlarmSchema, {
      alarmId: row.alarm_id,
      keyId: row.key_id,
      firstTime: timestampFromMs(Number(row.first_ms)),
      lastTime: timestampFromMs(Number(row.last_ms)),
      isOpen: Number(row.last_ms) + QUIET_MS > nowMs,
      events: BigInt(row.events),
      type: row.type.toString(),
      fault: {
        reason: row.reason,
        field: row.field,
        rule: row.rule,
        message: row.message,
        schemaVersion: Number(row.schema_version),
      },
      faultEvents: BigInt(row.fault_events),
    }),
  );
}
