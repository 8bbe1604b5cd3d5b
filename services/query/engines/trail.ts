import { create, fromBinary } from "@bufbuild/protobuf";
import type { Redis } from "ioredis";
import { consumerOpts } from "nats";
import { EventSchema as SentEventSchema } from "../../../gen/ts/tideline/event/v1/event_pb.js";
import { EventFaultSchema } from "../../../gen/ts/tideline/event/v1/verdict_pb.js";
import { EventSchema } from "../../../gen/ts/tideline/pipeline/v1/block_pb.js";
import { ClaimedBlocks } from "../../../platform/claimed-blocks.js";
import { Claims, knownLayout } from "../../../platform/claims.js";
import type { Nats } from "../../../platform/engines/nats.js";
import { isPostgresAway, type Postgres } from "../../../platform/engines/postgres.js";
import { engineUnavailable } from "../../../platform/fault.js";
import { type StoredMessage, storedMessage } from "../../../platform/stored-message.js";
import { headerNames, type StreamNames } from "../../../platform/streams.js";
import { splitRepeated } from "../../../platform/wire.js";
import type { EventsCopy, QuarantinedCopy, RawCopy, Trail } from "../explain-event.js";

export interface TrailOptions {
  readonly nats: Nats;
  readonly redis: Redis;
  readonly pool: Postgres;
  readonly names: StreamNames;
  readonly prefix: string;
  readonly partitions: number;
}

/** Blocks of one partition that are looked through for an event that is on its way, at most. */
const waitingBlocksMax = 64;
/** And for how long, over all partitions. */
const waitingLookMs = 2_000;
/** Headers of EVENTS that are looked through, and for how long. */
const eventsHeadersMax = 5_000;
const eventsLookMs = 1_500;
/** The clocks of the door and of the log's server may differ. */
const clockMarginMs = 60_000;

/** Follows an event through Redis, the streams and the listing of the quarantine. */
export function openTrail(options: TrailOptions): Trail {
  const { nats, names } = options;
  const blocks = new ClaimedBlocks({ nats, stream: names.raw, bytesMax: 16 * 2 ** 20 });
  return {
    claim: (projectId, eventId) => claimOf(options, blocks, { projectId, eventId }),
    async rawCopy(sequence, projectId, eventId) {
      const message = await storedMessage(nats, names.raw, { sequence }).catch(() => undefined);
      return message === undefined ? undefined : copyIn(message, { projectId, eventId });
    },
    waitingCopy: ({ signal, ...wanted }) =>
      waitingCopy(options, wanted, AbortSignal.any([signal, AbortSignal.timeout(waitingLookMs)])),
    eventsCopy: (partition, sequence, sinceMs) => eventsCopy(options, { partition, sequence, sinceMs }),
    quarantined: (projectId, eventId) => quarantinedCopy(options.pool, { projectId, eventId }),
  };
}

interface Wanted {
  readonly projectId: string;
  readonly eventId: string;
}

async function claimOf(
  { nats, redis, names, prefix }: TrailOptions,
  blocks: ClaimedBlocks,
  { projectId, eventId }: Wanted,
): Promise<number | undefined> {
  try {
    // Looked for each time: the first worker of a deployment makes it, which may start after us.
    const deployment = await nats.js.views.kv(names.deploymentBucket, { bindOnly: true });
    const layout = await knownLayout(deployment);
    if (layout === undefined) return undefined;
    const claims = new Claims({ redis, prefix, layout });
    const [claim] = await claims.lookup(claims.hasher.pack(projectId, [eventId]), Date.now());
    if (claim === undefined) return undefined;
    const found = await blocks.find(claim.positions, projectId, eventId);
    return found.kind === "copy" ? found.position : undefined;
  } catch {
    // Redis or the log is away: the claim is not known, the rest of the way may be.
    return undefined;
  }
}

/** The copy of an event in a block; its index counts as the log's readers count. */
function copyIn(
  { sequence, data, headers }: StoredMessage,
  { projectId, eventId }: Wanted,
): RawCopy | undefined {
  const loggedMs = Date.parse(headers?.get("Nats-Time-Stamp") ?? "") || 0;
  const items = splitRepeated(data, 1);
  for (const [index, bytes] of items.entries()) {
    const event = fromBinary(EventSchema, bytes);
    // Others' events are in the block as well: only the project's own may be shown.
    if (event.projectId === projectId && event.eventId === eventId)
      return { sequence, index, loggedMs, event };
  }
  return undefined;
}

/** All partitions at once; what is found first ends the look of the others. */
async function waitingCopy(
  options: TrailOptions,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<RawCopy | "not all seen" | undefined> {
  const found = new AbortController();
  const over = AbortSignal.any([signal, found.signal]);
  const looks = Array.from({ length: options.partitions }, async (_, partition) => {
    const seen = await waitingIn(options, wanted, { partition, signal: over });
    if (typeof seen === "object") found.abort();
    return seen;
  });
  const seen = await Promise.all(looks);
  const copies = seen.filter((copy) => typeof copy === "object").sort((a, b) => a.sequence - b.sequence);
  return copies[0] ?? seen.find((one) => one === "not all seen");
}

async function waitingIn(
  options: TrailOptions,
  wanted: Wanted,
  { partition, signal }: { partition: number; signal: AbortSignal },
): Promise<RawCopy | "not all seen" | undefined> {
  const { nats, names } = options;
  const subject = names.rawSubject(partition, wanted.projectId);
  let after = await coveredUpTo(options, partition);
  for (let blocks = 0; ; blocks++) {
    if (signal.aborted) return "not all seen";
    // While the log is away, what is not in a table yet can't be followed.
    const message = await storedMessage(
      nats,
      names.raw,
      { from: after + 1, of: subject },
      waitingLookMs,
    ).catch(() => undefined);
    if (message === undefined) return undefined;
    if (blocks === waitingBlocksMax) return "not all seen";
    const copy = copyIn(message, wanted);
    if (copy !== undefined) return copy;
    after = message.sequence;
  }
}

/** The sequence of RAW up to which enrichment has come with a partition. */
async function coveredUpTo({ nats, names }: TrailOptions, partition: number): Promise<number> {
  const last = await storedMessage(nats, names.events, { lastOf: names.eventsSubject(partition) }).catch(
    () => undefined,
  );
  return Number(last?.headers?.get(headerNames.rawTo) || 0);
}

async function eventsCopy(
  options: TrailOptions,
  { partition, sequence, sinceMs }: { partition: number; sequence: number; sinceMs: number },
): Promise<EventsCopy | undefined> {
  if ((await coveredUpTo(options, partition)) < sequence) return undefined;
  const { nats, names } = options;
  const consumer = consumerOpts();
  consumer.orderedConsumer();
  consumer.headersOnly();
  consumer.startTime(new Date(Math.max(0, sinceMs - clockMarginMs)));
  const subscription = await nats.js.subscribe(names.eventsSubject(partition), consumer);
  const late = setTimeout(() => subscription.unsubscribe(), eventsLookMs);
  let headers = 0;
  try {
    for await (const message of subscription) {
      const rawTo = Number(message.headers?.get(headerNames.rawTo) ?? 0);
      if (rawTo >= sequence) {
        const rawFrom = Number(message.headers?.get(headerNames.rawFrom) ?? 0);
        const loggedMs = Math.floor(message.info.timestampNanos / 1e6);
        return rawFrom <= sequence ? { sequence: message.seq, loggedMs } : undefined;
      }
      if (message.info.pending === 0 || ++headers >= eventsHeadersMax) return undefined;
    }
    return undefined;
  } finally {
    clearTimeout(late);
    subscription.unsubscribe();
  }
}

interface QuarantineRow {
  readonly quarantine_id: string;
  readonly reason: number;
  readonly field: string;
  readonly rule: string;
  readonly message: string;
  readonly schema_version: string;
  readonly received_ms: string;
  readonly step: string;
  readonly event: Buffer;
  readonly attempts: number;
  readonly state: number;
}

const states: readonly QuarantinedCopy["state"][] = ["kept aside", "fed again", "discarded"];

async function quarantinedCopy(
  pool: Postgres,
  { projectId, eventId }: Wanted,
): Promise<QuarantinedCopy | undefined> {
  const row = await quarantineRow(pool, { projectId, eventId });
  if (row === undefined) return undefined;
  const { reason, field, rule, message } = row;
  return {
    quarantineId: row.quarantine_id,
    event: fromBinary(SentEventSchema, row.event),
    fault: create(EventFaultSchema, {
      reason,
      field,
      rule,
      message,
      schemaVersion: Number(row.schema_version),
    }),
    step: row.step,
    receivedMs: Number(row.received_ms),
    state: states[row.state] ?? "kept aside",
    attempts: row.attempts,
  };
}

async function quarantineRow(
  pool: Postgres,
  { projectId, eventId }: Wanted,
): Promise<QuarantineRow | undefined> {
  const text = `select quarantine_id, reason, field, rule, message, schema_version, received_ms, step, event,
      attempts, state
    from quarantined where project_id = $1 and event_id = $2`;
  try {
    return (await pool.query<QuarantineRow>(text, [projectId, Buffer.from(eventId)])).rows[0];
  } catch (error) {
    throw isPostgresAway(error) ? engineUnavailable("postgres", error) : error;
  }
}
