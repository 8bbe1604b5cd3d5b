import { create, toBinary } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { startEngines, type TestEngines } from "../../dev/testing/stack.js";
import {
  CorrectionSchema,
  ListQuarantinedRequestSchema,
  QuarantineFilterSchema,
  ReprocessQuarantinedRequestSchema,
} from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { type Event, EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import {
  EventFaultSchema,
  type EventVerdict,
  EventVerdictSchema,
  Outcome,
} from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  QuarantineBlockSchema,
  QuarantinedEventSchema,
} from "../../gen/ts/tideline/pipeline/v1/quarantine_pb.js";
import { controlMigrations } from "../../platform/control/control.js";
import { type Nats, openNats } from "../../platform/engines/nats.js";
import { openPostgres, type Postgres } from "../../platform/engines/postgres.js";
import { Fault } from "../../platform/fault.js";
import { createLog } from "../../platform/log.js";
import { migratePostgres } from "../../platform/migrate.js";
import { ProjectSecrets } from "../../platform/project-secrets.js";
import { reconcileStreams, streamDefaults, streamNames } from "../../platform/streams.js";
import { nothingRegistered } from "../../tests/support/schemas.js";
import { discardQuarantined } from "./discard-quarantined.js";
import { openQuarantineStore } from "./engines/postgres-quarantine.js";
import { listQuarantined } from "./list-quarantined.js";
import { type Listing, startListing } from "./listing.js";
import type { Door, FedHow, QuarantineStore } from "./ports.js";
import { reprocessQuarantined } from "./reprocess-quarantined.js";

const secrets = new ProjectSecrets(["a-data-secret-of-a-test"]);
const receivedMs = Date.UTC(2026, 10, 20, 9);

/** One event as ingestion would keep it aside. */
function kept(
  eventId: string,
  text: string,
  more: { keyId?: string; quarantineId?: string; type?: string; step?: string } = {},
) {
  const { keyId = "k1", quarantineId = `q-${eventId}`, type = "purchase", step = "ingestion" } = more;
  return create(QuarantinedEventSchema, {
    projectId: "p1",
    event: create(EventSchema, { eventId, type, body: { case: "properties", value: text } }),
    fault: create(EventFaultSchema, {
      reason: FaultReason.EVENT_SCHEMA_VIOLATION,
      field: "properties.amount",
      rule: "type",
      message: "must be a number\0",
      schemaVersion: 3,
    }),
    receivedTimeMs: BigInt(receivedMs),
    keyId,
    step,
    quarantineId,
  });
}

/** A door that takes what has a number as its amount, and remembers what it took; it stands in for ingestion. */
class StrictDoor implements Door {
  readonly taken = new Map<string, Event>();

  publish(_projectId: string, events: readonly Event[], { isDryRun }: FedHow): Promise<EventVerdict[]> {
    return Promise.resolve(
      events.map((event) => {
        const amount = event.body.case === "properties" ? JSON.parse(event.body.value).amount : undefined;
        if (typeof amount !== "number") {
          const reason = FaultReason.EVENT_SCHEMA_VIOLATION;
          const fault = { reason, rule: "type", message: "still no number" };
          return create(EventVerdictSchema, { outcome: Outcome.QUARANTINED, fault });
        }
        const outcome = this.taken.has(event.eventId) ? Outcome.DUPLICATE : Outcome.ACCEPTED;
        if (!isDryRun) this.taken.set(event.eventId, event);
        return create(EventVerdictSchema, { outcome });
      }),
    );
  }
}

describe("the quarantine's listing", function () {
  this.timeout(60_000);
  const caller = { isOperator: false, projectId: "p1" };
  const log = createLog("test", "fatal");
  let engines: TestEngines;
  let pool: Postgres;
  let nats: Nats;
  let store: QuarantineStore;
  let names: ReturnType<typeof streamNames>;
  let listing: Listing | undefined;

  before(async () => {
    engines = await startEngines("postgres", "nats");
    names = streamNames(engines.prefix);
    nats = await openNats({ url: engines.nats, name: "test" });
    await reconcileStreams(nats, { names, replicas: 1, ...streamDefaults, streamBytesMax: 2 ** 26 });
  });

  beforeEach(async () => {
    pool = openPostgres({ url: await engines.createPostgresDatabase(), name: "test" });
    await migratePostgres(pool, [controlMigrations, "services/admin/migrations"]);
    store = openQuarantineStore(pool);
  });

  afterEach(async () => {
    await listing?.stop();
    listing = undefined;
    await pool.end();
  });

  after(async () => {
    for (const name of [names.raw, names.events, names.quarantine]) await nats.jsm.streams.delete(name);
    await nats.close();
    await engines.stop();
  });

  const list = (filter = {}, page = {}) =>
    listQuarantined(
      store,
      caller,
      create(ListQuarantinedRequestSchema, { filter: create(QuarantineFilterSchema, filter), ...page }),
    );

  const reprocess = (door: Door, request: { correction?: object; dryRun?: boolean; filter?: object }) =>
    reprocessQuarantined(
      { quarantine: store, door, secrets, registered: nothingRegistered },
      caller,
      create(ReprocessQuarantinedRequestSchema, {
        filter: create(QuarantineFilterSchema, request.filter ?? {}),
        dryRun: request.dryRun ?? false,
        ...(request.correction ? { correction: create(CorrectionSchema, request.correction) } : {}),
      }),
    );

  it("is filled from the stream, also after Postgres was away", async () => {
    // A pool on a port where nobody listens: what an outage looks like.
    const away = openPostgres({ url: "postgres://postgres@127.0.0.1:1/postgres", name: "test" });
    let current = openQuarantineStore(away);
    const switching = { apply: (...args: Parameters<QuarantineStore["apply"]>) => current.apply(...args) };
    listing = startListing({ nats, names, log, quarantine: switching as QuarantineStore });
    const block = create(QuarantineBlockSchema, {
      events: [kept("a\0b", '{"amount":"7\\u0000"}'), kept("c", "{}")],
    });
    await nats.js.publish(names.quarantineSubject("p1"), toBinary(QuarantineBlockSchema, block));
    await nats.js.publish(names.quarantineSubject("p1"), new Uint8Array([255, 255]));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(listing.eventsHandled()).to.equal(0);
    current = store;
    const until = Date.now() + 10_000;
    while (listing.eventsHandled() < 2 && Date.now() < until) await new Promise((r) => setTimeout(r, 50));
    const { events, total } = await list();
    expect(total).to.equal(2n);
    expect(events.map(({ event }) => event?.eventId)).to.have.members(["a\0b", "c"]);
    expect(events[0]?.fault).to.include({
      rule: "type",
      schemaVersion: 3,
      message: "must be a number\uFFFD",
    });
    await away.end();
  });

  it("has one entry for an event id, whatever comes again", async () => {
    await store.apply([kept("a", '{"amount":"1"}')], 10);
    await store.apply([kept("a", '{"amount":"1"}')], 10);
    await store.apply([kept("a", '{"amount":"0"}', { quarantineId: "q-old" })], 9);
    expect((await list()).events.map(({ event }) => event?.body.value)).to.deep.equal(['{"amount":"1"}']);
    await store.apply([kept("a", '{"amount":"2"}', { quarantineId: "q-new" })], 11);
    const { events, total } = await list();
    expect(total).to.equal(1n);
    expect(events[0]).to.include({ quarantineId: "q-a", attempts: 0 });
    expect(events[0]?.event?.body.value).to.equal('{"amount":"2"}');
  });

  it("lists newest first, page by page, by every condition, and one project alone", async () => {
    const times = [5, 1, 4, 2, 3];
    await store.apply(
      times.map((hour) => ({
        ...kept(`e${hour}`, "{}", { type: hour > 3 ? "late" : "early" }),
        receivedTimeMs: BigInt(hour),
      })),
      1,
    );
    await store.apply([{ ...kept("foreign", "{}"), projectId: "p2" }], 2);
    const seen: (string | undefined)[] = [];
    let pageToken = "";
    do {
      const page = await list({}, { pageSize: 2, pageToken });
      expect(page.total).to.equal(5n);
      seen.push(...page.events.map(({ event }) => event?.eventId));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(seen).to.deep.equal(["e5", "e4", "e3", "e2", "e1"]);
    const ids = async (filter: object) => (await list(filter)).events.map(({ event }) => event?.eventId);
    expect(await ids({ type: "late" })).to.deep.equal(["e5", "e4"]);
    expect(await ids({ eventId: "e2" })).to.deep.equal(["e2"]);
    expect(await ids({ quarantineIds: ["q-e1", "q-foreign", "\0"] })).to.deep.equal(["e1"]);
    expect(await ids({ reason: FaultReason.EVENT_TIME_INVALID })).to.deep.equal([]);
    expect(await ids({ fromTime: timestampFromMs(2), toTime: timestampFromMs(4) })).to.deep.equal([
      "e3",
      "e2",
    ]);
  });

  it("cuts a page before it is too large for a message", async () => {
    const large = JSON.stringify({ text: "x".repeat(60_000) });
    await store.apply(
      Array.from({ length: 60 }, (_, index) => kept(`large-${index}`, large)),
      1,
    );
    const first = await list({}, { pageSize: 1_000 });
    expect(first.events.length).to.be.within(40, 55);
    const second = await list({}, { pageSize: 1_000, pageToken: first.nextPageToken });
    expect(first.events.length + second.events.length).to.equal(60);
    expect(second.nextPageToken).to.equal("");
    const far = { toTime: { $typeName: "google.protobuf.Timestamp", seconds: 2n ** 62n, nanos: 0 } };
    expect((await list(far)).total).to.equal(60n);
  });

  it("says what would become of events, then feeds them: what passes leaves, what fails stays", async () => {
    const door = new StrictDoor();
    await store.apply(
      [kept("good", '{"sum":"7.50","big":12345678901234567890}'), kept("bad", '{"sum":"none"}')],
      1,
    );
    const correction = {
      rename: { sum: "amount" },
      casts: { amount: "number" },
      defaults: { currency: '"EUR"' },
    };
    const dry = await reprocess(door, { correction, dryRun: true });
    expect(dry).to.include({ accepted: 1n, failed: 1n, remaining: 0n });
    expect(door.taken.size).to.equal(0);
    expect((await list()).total).to.equal(2n);

    const wet = await reprocess(door, { correction });
    expect(wet).to.include({ accepted: 1n, duplicates: 0n, failed: 1n, remaining: 0n });
    expect(wet.failures.map(({ event, attempts }) => [event?.eventId, attempts])).to.deep.equal([["bad", 1]]);
    expect(door.taken.get("good")?.body.value).to.equal(
      '{"amount":7.50,"big":12345678901234567890,"currency":"EUR"}',
    );
    // The door kept the failed one aside again: its message comes by the operator's key and makes no second entry.
    await store.apply([kept("bad", '{"amount":"none"}', { keyId: "operator", quarantineId: "q-again" })], 2);
    const { events, total } = await list();
    expect(total).to.equal(1n);
    expect(events[0]).to.include({ quarantineId: "q-bad", attempts: 1, keyId: "k1" });
    expect(events[0]?.event?.body.value).to.equal('{"sum":"none"}');
    expect((await reprocess(door, { correction: { defaults: { amount: "1" } } })).accepted).to.equal(1n);
    expect((await list()).total).to.equal(0n);
  });

  it("feeds what aggregation kept aside in the place of what the log knows, and again if need be", async () => {
    const poison = (sequence: number, keyId: string) =>
      kept("poison", '{"amount":1}', {
        step: "aggregation",
        quarantineId: `aggregation-${sequence}-3`,
        keyId,
      });
    await store.apply([poison(70, "k1")], 1);
    const door = {
      replaces: [] as (readonly number[])[],
      publish: async (_project: string, _events: readonly Event[], { replaces }: FedHow) => {
        door.replaces.push(replaces);
        return [create(EventVerdictSchema, { outcome: Outcome.ACCEPTED })];
      },
    };
    expect((await reprocess(door, {})).accepted).to.equal(1n);
    expect((await list()).total).to.equal(0n);
    // What was fed is no better for the tables: it is kept aside once more, from its new place.
    await store.apply([poison(90, "operator")], 2);
    expect((await list()).events[0]).to.include({ quarantineId: "aggregation-70-3", keyId: "k1" });
    const known = { publish: async () => [create(EventVerdictSchema, { outcome: Outcome.CONFLICT })] };
    await reprocess(door, { dryRun: true });
    expect(door.replaces).to.deep.equal([[70], [90]]);
    // Another call was faster.
    expect(await reprocess(known, {})).to.include({ duplicates: 1n, failed: 0n, remaining: 0n });
    expect((await list()).total).to.equal(0n);
  });

  it("leaves on the list what aggregation kept aside while the log still knows its id", async () => {
    await store.apply([kept("poison", '{"amount":1}', { step: "aggregation" })], 1);
    for (const outcome of [Outcome.DUPLICATE, Outcome.CONFLICT]) {
      const door = { publish: async () => [create(EventVerdictSchema, { outcome })] };
      const answer = await reprocess(door, {});
      expect(answer).to.include({ accepted: 0n, duplicates: 0n, failed: 0n, remaining: 1n });
      expect(answer.failures[0]?.fault?.retryable).to.equal(true);
    }
    expect((await list()).events[0]?.fault?.reason).to.equal(FaultReason.EVENT_SCHEMA_VIOLATION);
    expect((await reprocess(new StrictDoor(), {})).accepted).to.equal(1n);
  });

  it("shows a flood of a key as one alarm, whose events are all there", async () => {
    const flood = Array.from({ length: 500 }, (_, index) => {
      const event = kept(`f${index}`, index % 5 === 0 ? '{"amount":"none"}' : '{"amount":"1"}', {
        keyId: "broken",
      });
      return { ...event, inFlood: true, receivedTimeMs: BigInt(receivedMs + index) };
    });
    await store.apply([kept("a", "{}")], 1);
    await store.apply(flood.slice(0, 250), 2);
    await store.apply(flood.slice(250), 3);
    await store.apply(flood.slice(0, 250), 2);
    const { events, total, alarms } = await list();
    expect(total).to.equal(1n);
    expect(events.map(({ event }) => event?.eventId)).to.deep.equal(["a"]);
    expect(alarms).to.have.length(1);
    const [alarm] = alarms;
    expect(alarm).to.include({ keyId: "broken", events: 500n, faultEvents: 500n, isOpen: false });
    expect(alarm?.fault?.field).to.equal("properties.amount");
    const alarmId = alarm?.alarmId ?? "";
    expect(await list({ alarmId })).to.deep.include({ total: 500n });
    expect((await list({ eventId: "f7" })).total).to.equal(1n);
    // Hours later it is another alarm.
    const later = { ...kept("later", "{}", { keyId: "broken" }), inFlood: true };
    later.receivedTimeMs = BigInt(receivedMs + 3_600_000);
    await store.apply([later], 4);
    expect((await list()).alarms.map((it) => it.events)).to.deep.equal([1n, 500n]);
    const correction = { casts: { amount: "number" }, defaults: { amount: "1" } };
    const fed = await reprocess(new StrictDoor(), { filter: { alarmId }, correction, dryRun: true });
    expect(fed).to.include({ accepted: 400n, failed: 100n });
  });

  it("forgets an alarm once it is long over and has no event left", async () => {
    const old = { inFlood: true, receivedTimeMs: BigInt(Date.now() - 20 * 86_400_000) };
    await store.apply([{ ...kept("fed", '{"amount":1}', { keyId: "fed" }), ...old }], 1);
    await store.apply([{ ...kept("left", "{}", { keyId: "left" }), ...old }], 2);
    const young = { ...kept("young", '{"amount":1}', { keyId: "young" }), inFlood: true };
    await store.apply([{ ...young, receivedTimeMs: BigInt(Date.now()) }], 3);
    await reprocess(new StrictDoor(), {});
    await store.prune();
    const { rows } = await pool.query<{ key_id: string }>(
      "select key_id from quarantine_alarms order by key_id",
    );
    expect(rows.map((row) => row.key_id)).to.deep.equal(["left", "young"]);
  });

  it("feeds what was sealed, and says so where it can't be opened", async () => {
    const plain = kept("a", '{"amount":1,"email":"ada@example.org"}');
    const masked = kept("a", '{"amount":1,"email":"***"}');
    const bytes = toBinary(EventSchema, plain.event ?? create(EventSchema));
    masked.sealedEvent = new ProjectSecrets(["a-secret-that-is-gone"]).seal("p1", bytes);
    await store.apply([masked], 1);
    expect((await list()).events[0]?.isMasked).to.equal(true);
    const locked = await reprocess(new StrictDoor(), {});
    expect(locked).to.include({ accepted: 0n, failed: 1n, remaining: 0n });
    expect(locked.failures[0]?.fault?.rule).to.equal("sealed");
    masked.sealedEvent = secrets.seal("p1", bytes);
    await store.apply([masked], 2);
    const door = new StrictDoor();
    expect(await reprocess(door, {})).to.include({ accepted: 1n });
    expect(door.taken.get("a")?.body.value).to.equal(plain.event?.body.value);
  });

  it("is idempotent where a call was cut between feeding and writing down", async () => {
    const door = new StrictDoor();
    await store.apply([kept("a", '{"amount":1}')], 1);
    const cut = { ...store, settle: () => Promise.reject(new Error("cut")) };
    const request = create(ReprocessQuarantinedRequestSchema, {});
    const ports = { quarantine: cut, door, secrets, registered: nothingRegistered };
    await reprocessQuarantined(ports, caller, request).catch(() => undefined);
    expect(await reprocess(door, {})).to.include({ accepted: 0n, duplicates: 1n });
    expect((await list()).total).to.equal(0n);
  });

  it("keeps what was sent again while it was fed", async () => {
    const door = new StrictDoor();
    await store.apply([kept("a", '{"amount":1}')], 1);
    const resent: Door = {
      publish: async (...args) => {
        await store.apply([kept("a", '{"amount":"x"}')], 2);
        return door.publish(...args);
      },
    };
    expect(await reprocess(resent, {})).to.include({ accepted: 1n });
    expect((await list()).events.map(({ event }) => event?.body.value)).to.deep.equal(['{"amount":"x"}']);
  });

  it("discards what a filter names, and never everything", async () => {
    await store.apply([kept("a", "{}"), kept("b", "{}")], 1);
    const discard = (filter: object) =>
      discardQuarantined(store, caller, {
        filter: create(QuarantineFilterSchema, filter),
      } as Parameters<typeof discardQuarantined>[2]);
    expect((await discard({ eventId: "a" })).discarded).to.equal(1n);
    expect((await discard({ quarantineIds: ["q-a"] })).discarded).to.equal(0n);
    for (const filter of [{}, { projectId: "p1" }]) {
      expect(await discard(filter).catch((error: unknown) => error)).to.include({
        reason: FaultReason.REQUEST_INVALID,
      });
    }
    const unknown = await discard({ quarantineIds: ["q-none"] }).catch((error: unknown) => error);
    expect(unknown).to.be.instanceOf(Fault).and.include({ reason: FaultReason.QUARANTINED_NOT_FOUND });
    expect((await list()).events.map(({ event }) => event?.eventId)).to.deep.equal(["b"]);
  });
});
