import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { LiveDeltaSchema, LiveVerdictsSchema } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import {
  SubscribeRequestSchema,
  SubscribeResponseSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import type { Call } from "../../platform/serve/call.js";
import type { LiveEars } from "./live/feed.js";
import { LiveHub } from "./live/hub.js";
import { minuteMs, minuteOf } from "./live/minutes.js";
import { type SubscribePorts, subscribe } from "./subscribe.js";

/** A project whose current minute has `events`, and whose minutes before have one each. */
class Scene {
  events = 0;
  completeFromMs = 0;
  redisIsAway = false;
  windowReads = 0;
  rollupReads = 0;
  listeners = 0;
  now = minuteOf(Date.now()) + 30_000;
  #ears: LiveEars | undefined;
  readonly hub = new LiveHub({
    tickMs: 100,
    clock: { now: () => this.now },
    source: {
      windows: async (_project, startsMs) => {
        this.windowReads++;
        if (this.redisIsAway) throw new Error("away");
        const windows = startsMs.map((startMs) => ({
          startMs,
          events: startMs === minuteOf(this.now) ? this.events : 0,
          amount: 0,
          types: new Map([["page", { events: startMs === minuteOf(this.now) ? this.events : 0, amount: 0 }]]),
          countries: new Map(),
          deviceClasses: new Map(),
        }));
        return { windows, positions: [], completeFromMs: this.completeFromMs };
      },
      listen: (_project, ears) => {
        this.#ears = ears;
        this.listeners++;
        return () => this.listeners--;
      },
    },
    analytics: {
      read: async () => {
        this.rollupReads++;
        const rows = [5, 4, 3].map((ago) => [minuteOf(this.now) - ago * minuteMs, 0, "", 1]);
        return { rows, rowsRead: 0, bytesRead: 8, engineMs: 0 };
      },
      readBinary: () => Promise.reject(new Error("not asked for")),
      compiles: async () => true,
    },
  });

  open(signal: AbortSignal) {
    const ports = {
      hub: this.hub,
      projects: { get: async () => ({}) },
      board: { statuses: () => [], onStatus: () => undefined, close: () => undefined },
      progress: { applied: async () => ({ watermarkMs: 0, positions: new Map() }) },
      clock: { now: () => this.now },
    } as unknown as SubscribePorts;
    const call = { projectId: "p", signal, principal: { isOperator: false } } as unknown as Call;
    const request = create(SubscribeRequestSchema, { historyMinutes: 10, verdicts: true });
    return subscribe(ports, request, call)[Symbol.asyncIterator]();
  }

  say(eventId: string): void {
    const sample = [{ eventId, outcome: 1 }];
    const receivedTimeMs = BigInt(this.now - 2_000);
    this.#ears?.onVerdicts(create(LiveVerdictsSchema, { receivedTimeMs, outcomes: { 1: 20 }, sample }));
  }

  sayDelta(at: number): void {
    this.#ears?.onDelta(
      create(LiveDeltaSchema, { counts: [{ minuteMs: BigInt(at), type: "page", events: 1 }] }),
    );
  }
}

async function next(stream: AsyncIterator<unknown>) {
  const { value } = await stream.next();
  const { minutes, ...message } = create(SubscribeResponseSchema, value as object);
  const counts = minutes.map(({ minute, events }) => [
    minute === undefined ? 0 : timestampMs(minute),
    Number(events),
  ]);
  return { ...message, counts };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("a live subscription", function () {
  this.timeout(15_000);
  const open = new Set<AbortController>();
  const controller = () => {
    const made = new AbortController();
    open.add(made);
    return made;
  };
  afterEach(() => {
    for (const each of open) each.abort();
  });

  it("gives the picture at once, then whole counts of what changed, a tick apart", async () => {
    const scene = new Scene();
    scene.events = 3;
    const stream = scene.open(controller().signal);
    const first = await next(stream);
    expect(first.isSnapshot).to.equal(true);
    expect(first.counts.length).to.equal(10);
    expect(first.counts.filter(([, events]) => events !== 0)).to.deep.equal([
      ...[5, 4, 3].map((ago) => [minuteOf(scene.now) - ago * minuteMs, 1]),
      [minuteOf(scene.now), 3],
    ]);
    expect(Number(first.eventsLastHour)).to.equal(6);
    const started = performance.now();
    scene.events = 8;
    scene.sayDelta(scene.now);
    const second = await next(stream);
    expect(performance.now() - started).to.be.within(10, 1_000);
    expect(second.isSnapshot).to.equal(false);
    expect(second.counts).to.deep.equal([[minuteOf(scene.now), 8]]);
    expect((await next(stream)).counts).to.deep.equal([]);
    await stream.return?.();
    scene.hub.close();
  });

  it("tells a slow reader how things are by then, not how they came about", async () => {
    const scene = new Scene();
    const stream = scene.open(controller().signal);
    await next(stream);
    // Of the five seconds that have gone by, the first had begun before anybody listened.
    scene.now += 5_000;
    for (let index = 0; index < 250; index++) scene.say(`e${index}`);
    for (const events of [1, 2, 3]) {
      scene.events = events;
      scene.sayDelta(scene.now);
      await pause(130);
    }
    const late = await next(stream);
    expect(late.counts).to.deep.equal([[minuteOf(scene.now), 3]]);
    // The newest of the sample, and every count.
    expect(late.verdicts.map(({ eventId }) => eventId)).to.deep.equal(
      Array.from({ length: 100 }, (_, i) => `e${i + 150}`),
    );
    expect(late.outcomes).to.deep.equal({ 1: 5_000 });
    expect(late.eventsPerSecond).to.equal(5_000 / 4);
    await stream.return?.();
    scene.hub.close();
  });

  it("heals a lost delta, and asks the rollup for late events and while windows can't be read", async () => {
    const scene = new Scene();
    const stream = scene.open(controller().signal);
    await next(stream);
    expect([scene.windowReads, scene.rollupReads]).to.deep.equal([1, 1]);
    scene.sayDelta(scene.now - 4 * minuteMs);
    await next(stream);
    expect([scene.windowReads, scene.rollupReads]).to.deep.equal([2, 2]);
    scene.redisIsAway = true;
    scene.sayDelta(scene.now);
    await next(stream);
    await next(stream);
    expect(scene.rollupReads).to.equal(4);
    await stream.return?.();
    scene.hub.close();
  });

  it("ends when the caller goes, and stops listening when nobody watches", async () => {
    const scene = new Scene();
    const [one, two] = [controller(), controller()];
    const streams = [scene.open(one.signal), scene.open(two.signal)];
    for (const stream of streams) await next(stream);
    expect(scene.listeners).to.equal(1);
    const waiting = streams[0]?.next();
    one.abort();
    expect((await waiting)?.done).to.equal(true);
    await streams[1]?.return?.();
    scene.hub.close();
    expect(scene.listeners).to.equal(0);
  });
});
