import { expect } from "chai";
import { pino } from "pino";
import { startEngines, type TestEngines } from "../../../dev/testing/stack.js";
import { type Nats, openNats } from "../../../platform/engines/nats.js";
import { headerNames, reconcileStreams, streamDefaults, streamNames } from "../../../platform/streams.js";
import { DivergedError, StaleOwnerError, TurnOverError } from "../turn.js";
import { EventsLog, type EventsMessage } from "./events-log.js";

const log = pino({ level: "silent" });

/** The outcome of a step that may throw. */
const outcomeOf = async (step: Promise<unknown>): Promise<unknown> =>
  step.then(
    () => "done",
    (error: unknown) => (error instanceof Error ? error.constructor : error),
  );

describe("writing to a partition of EVENTS", function () {
  this.timeout(60_000);
  let engines: TestEngines;
  let nats: Nats;
  let partition = 0;
  let names: ReturnType<typeof streamNames>;

  const owner = (epoch: bigint, through = nats, abort = new AbortController()): EventsLog => {
    return new EventsLog({ nats: through, names, turn: { partition, epoch, signal: abort.signal }, log });
  };
  const message = (rawTo: number, rawIndex = 0): EventsMessage => {
    const data = Buffer.from(`block ${rawTo}.${rawIndex}`);
    return { rawFrom: rawTo, rawTo, rawIndex, receivedMs: 5, events: 1, duplicates: 0, conflicts: 0, data };
  };
  const texts = async (): Promise<string[]> => {
    const { state } = await nats.jsm.streams.info(names.events);
    const found: string[] = [];
    for (let seq = 1; seq <= state.last_seq; seq++) {
      const { subject, data } = await nats.jsm.streams.getMessage(names.events, { seq });
      if (subject === names.eventsSubject(partition) && data.length > 0)
        found.push(Buffer.from(data).toString());
    }
    return found;
  };
  /** The same connection, on which one publish, after some others, does what it does and its answer is lost. */
  const deafAfter = (others: number): Nats => {
    let left = others;
    const js = Object.create(nats.js) as Nats["js"];
    js.publish = async (...args) => {
      const ack = await nats.js.publish(...args);
      if (left-- === 0) throw new Error("no answer");
      return ack;
    };
    return { ...nats, js };
  };

  before(async () => {
    engines = await startEngines("nats");
    nats = await openNats({ url: engines.nats, name: "events-log.it" });
    names = streamNames(engines.prefix);
    await reconcileStreams(nats, { names, replicas: 1, ...streamDefaults, streamBytesMax: 2 ** 26 });
  });
  beforeEach(() => {
    partition++;
  });
  after(async () => {
    await nats.jsm.streams.delete(names.events);
    await nats.jsm.streams.delete(names.raw);
    await nats.jsm.streams.delete(names.quarantine);
    await nats.close();
    await engines.stop();
  });

  it("begins with a fence that says how far RAW is covered", async () => {
    const first = owner(1n);
    expect(await first.fence()).to.include({ rawTo: 0, rawIndex: 0, epoch: 1n });
    await first.append(message(7));
    await first.append(message(9, 3));
    expect(await owner(2n).fence()).to.include({ rawTo: 9, rawIndex: 3, receivedMs: 5, epoch: 2n });
    expect(await owner(2n).fence()).to.include({ rawTo: 9, rawIndex: 3 });
    expect(await texts()).to.deep.equal(["block 7.0", "block 9.3"]);
  });

  it("refuses what an older owner still writes, also when it wakes up first after the fence", async () => {
    const older = owner(1n);
    await older.fence();
    await older.append(message(1));
    const newer = owner(2n);
    await newer.fence();
    expect(await outcomeOf(older.append(message(2)))).to.equal(StaleOwnerError);
    await newer.append(message(2));
    expect(await outcomeOf(older.append(message(2)))).to.equal(StaleOwnerError);
    expect(await outcomeOf(older.fence())).to.equal(StaleOwnerError);
    expect(await texts()).to.deep.equal(["block 1.0", "block 2.0"]);
  });

  it("refuses what an earlier session of the same owner had on its way", async () => {
    const session = owner(1n);
    await session.fence();
    const next = owner(1n);
    await next.fence();
    expect(await outcomeOf(session.append(message(1)))).to.equal(DivergedError);
    await next.append(message(1));
    expect(await texts()).to.deep.equal(["block 1.0"]);
  });

  it("stores a message once when the answer to it was lost", async () => {
    const own = owner(1n);
    await own.fence();
    await own.append(message(1));
    // The answer to its fence is lost: it puts another.
    const unlucky = owner(1n, deafAfter(0));
    expect(await unlucky.fence()).to.include({ rawTo: 1 });
    const lost = deafAfter(1);
    const second = owner(1n, lost);
    await second.fence();
    await second.append(message(2));
    await second.append(message(3));
    expect(await texts()).to.deep.equal(["block 1.0", "block 2.0", "block 3.0"]);
    const last = await nats.jsm.streams.getMessage(names.events, {
      last_by_subj: names.eventsSubject(partition),
    });
    expect(last.header.get(headerNames.epoch)).to.equal("1");
  });

  it("ends its tries with the turn", async () => {
    const abort = new AbortController();
    const own = owner(
      1n,
      { ...nats, js: Object.assign(Object.create(nats.js), { publish: neverAnswers }) },
      abort,
    );
    setTimeout(() => abort.abort(), 100);
    expect(await outcomeOf(own.append(message(1)))).to.equal(TurnOverError);
  });
});

const neverAnswers = (): Promise<never> => Promise.reject(new Error("no answer"));
