import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type pg from "pg";
import { type ApiKey, ApiKeySchema } from "../../../gen/ts/tideline/admin/v1/project_pb.js";
import { inTransaction, type Postgres } from "../../../platform/engines/postgres.js";
import { answered } from "../../../platform/engines/postgres-errors.js";
import type { KeyName, KeyStore, NewKey, Page, Successor } from "../ports.js";

interface KeyRow {
  readonly key_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly hint: string;
  readonly scopes: number[];
  readonly events_per_second: number;
  readonly burst: number;
  readonly create_time: Date;
  readonly expire_time: Date | null;
  readonly revoke_time: Date | null;
  readonly last_use_time: Date | null;
}

/** Everything of a key but its hash, which never leaves the database again. */
const COLUMNS = `key_id, project_id, name, hint, scopes, events_per_second, burst,
  create_time, expire_time, revoke_time, last_use_time`;

/** Microseconds since 1970: a Date would cut the time that the listing is sorted by. */
const CREATED_US = "(extract(epoch from create_time) * 1000000)::bigint";

const LIVING = "revoke_time is null and (expire_time is null or expire_time > now())";

/** A key by its id, in project $2 or, where that is null, in any. */
const NAMED = "key_id = $1 and ($2::text is null or project_id = $2)";

/** The keys in the table `api_keys`. */
export function openKeyStore(pool: Postgres): KeyStore {
  return {
    create: (key) => answered(() => insertKey(pool, key)),
    list: (projectId, includeEnded, page) =>
      answered(() => listKeys(pool, { projectId, includeEnded, page })),
    replace: (key, successor) =>
      answered(() => inTransaction(pool, (client) => replaceKey(client, key, successor))),
    revoke: (key) =>
      answered(async () => {
        const { rows } = await pool.query<KeyRow>(
          `update api_keys set revoke_time = coalesce(revoke_time, now()) where ${NAMED} returning ${COLUMNS}`,
          [key.keyId, key.projectId ?? null],
        );
        return rows.map(keyOfRow)[0];
      }),
  };
}

async function insertKey(client: Postgres | pg.PoolClient, key: NewKey): Promise<ApiKey> {
  const { rows } = await client.query<KeyRow>(
    `insert into api_keys (key_id, project_id, name, secret_hash, hint, scopes, events_per_second, burst, expire_time)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
    [
      key.keyId,
      key.projectId,
      key.name,
      Buffer.from(key.secretHash),
      key.hint,
      key.scopes,
      key.eventsPerSecond,
      key.burst,
      key.expireTime ?? null,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("the insert returned no row");
  return keyOfRow(row);
}

async function listKeys(
  pool: Postgres,
  { projectId, includeEnded, page }: { projectId: string; includeEnded: boolean; page: Page },
): Promise<{ keys: ApiKey[]; next: string[] | undefined }> {
  const { rows } = await pool.query<KeyRow & { created_us: string }>(
    `select ${COLUMNS}, ${CREATED_US}::text as created_us from api_keys
     where project_id = $1 and ($2 or ${LIVING}) and ($3::bigint is null or (${CREATED_US}, key_id) < ($3, $4))
     order by ${CREATED_US} desc, key_id desc limit $5`,
    [projectId, includeEnded, wholeOrNull(page.after?.[0]), page.after?.[1] ?? null, page.limit + 1],
  );
  const last = rows.length > page.limit ? rows[page.limit - 1] : undefined;
  return {
    keys: rows.slice(0, page.limit).map(keyOfRow),
    next: last === undefined ? undefined : [last.created_us, last.key_id],
  };
}

/** A token's number is bound as text: what is no whole number would end the statement with an error. */
function wholeOrNull(text: string | undefined): string | null {
  return text !== undefined && /^-?\d{1,18}$/.test(text) ? text : null;
}

async function replaceKey(
  client: pg.PoolClient,
  key: KeyName,
  successor: Successor,
): Promise<{ created: ApiKey; replaced: ApiKey } | undefined> {
  const found = await client.query<KeyRow>(
    `select ${COLUMNS} from api_keys where ${NAMED} and ${LIVING} for update`,
    [key.keyId, key.projectId ?? null],
  );
  const [old] = found.rows;
  if (old === undefined) return undefined;
  const created = await insertKey(client, {
    keyId: successor.keyId,
    projectId: old.project_id,
    name: old.name,
    scopes: old.scopes,
    eventsPerSecond: old.events_per_second,
    burst: old.burst,
    expireTime: old.expire_time ?? undefined,
    secretHash: successor.secretHash,
    hint: successor.hint,
  });
  // least() passes over a null: a key without an end gets one.
  const ended = await client.query<KeyRow>(
    `update api_keys set expire_time = least(expire_time, now() + make_interval(secs => $2 / 1000.0))
     where key_id = $1 returning ${COLUMNS}`,
    [key.keyId, successor.overlapMs],
  );
  const [replaced] = ended.rows;
  return replaced === undefined ? undefined : { created, replaced: keyOfRow(replaced) };
}

function keyOfRow(row: KeyRow): ApiKey {
  const key = create(ApiKeySchema, {
    keyId: row.key_id,
    projectId: row.project_id,
    name: row.name,
    scopes: row.scopes,
    eventsPerSecond: row.events_per_second,
    burst: row.burst,
    createTime: timestampFromDate(row.create_time),
    hint: row.hint,
  });
  if (row.expire_time !== null) key.expireTime = timestampFromDate(row.expire_time);
  if (row.revoke_time !== null) key.revokeTime = timestampFromDate(row.revoke_time);
  if (row.last_use_time !== null) key.lastUseTime = timestampFromDate(row.last_use_time);
  return key;
}
