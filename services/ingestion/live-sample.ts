import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { type LiveVerdictSchema, LiveVerdictsSchema } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import type { PreparedBatch } from "./prepared-batch.js";
import { scannedEvent } from "./scanned-event.js";

type LiveVerdict = MessageInitShape<typeof LiveVerdictSchema>;

/** Between two messages of a project. */
const everyMs = 250;
const sampleMax = 20;
/** Of a message's sample, so many may be plain accepted events: the others show what went wrong. */
const acceptedMax = 10;
/** Events decoded for samples between two messages, over all projects. */
const decodedMax = 200;
/** Projects counted at once; more are left out until the next message. */
const projectsMax = 1_000;

interface Counts {
  readonly outcomes: Map<number, number>;
  readonly sample: LiveVerdict[];
  accepted: number;
  receivedMs: number;
}

/** Shows what the door says of events, a few of them, as they come. Costs nothing for an event but a count. */
export class LiveSample {
  readonly #publish: (projectId: string, message: Uint8Array) => void;
  readonly #projects = new Map<string, Counts>();
  readonly #timer: NodeJS.Timeout;
  #decoded = 0;

  constructor(publish: (projectId: string, message: Uint8Array) => void) {
    this.#publish = publish;
    this.#timer = setInterval(() => this.#say(), everyMs);
  }

  /** Counts a decided batch, and takes a few of its events. */
  note(projectId: string, batch: PreparedBatch): void {
    let counts = this.#projects.get(projectId);
    if (counts === undefined) {
      if (this.#projects.size >= projectsMax) return;
      counts = { outcomes: new Map(), sample: [], accepted: 0, receivedMs: 0 };
      this.#projects.set(projectId, counts);
    }
    counts.receivedMs = batch.receivedMs;
    for (let index = 0; index < batch.count; index++) {
      const outcome = batch.outcomes[index] as number;
      counts.outcomes.set(outcome, (counts.outcomes.get(outcome) ?? 0) + 1);
      if (counts.sample.length < sampleMax) this.#take(counts, batch, index);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #take(counts: Counts, batch: PreparedBatch, index: number): void {
    const outcome: Outcome = batch.outcomes[index] ?? Outcome.UNSPECIFIED;
    if (outcome === Outcome.ACCEPTED && counts.accepted++ >= acceptedMax) return;
    if (this.#decoded++ >= decodedMax) return;
    const fault = batch.faults.get(index);
    const verdict = { outcome, ...(fault === undefined ? {} : { fault }) };
    counts.sample.push({ ...verdict, ...describe(batch, index) });
  }

  #say(): void {
    for (const [projectId, { outcomes, sample, receivedMs }] of this.#projects) {
      const message = create(LiveVerdictsSchema, {
        projectId,
        receivedTimeMs: BigInt(receivedMs),
        outcomes: Object.fromEntries(outcomes),
        sample,
      });
      this.#publish(projectId, toBinary(LiveVerdictsSchema, message));
    }
    this.#projects.clear();
    this.#decoded = 0;
  }
}

/** What a person recognizes an event by; nothing where its bytes are none. */
const describe = (batch: PreparedBatch, index: number): LiveVerdict => {
  const { source } = batch;
  const [start = 0, end = 0] = [source?.starts[index], source?.ends[index]];
  if (source === undefined || start === end) return {};
  const event = scannedEvent(source.bytes, start, end);
  if (event === undefined) return {};
  const clientTime = event.clientTime === undefined ? batch.receivedMs : timestampMs(event.clientTime);
  return {
    eventId: (event.eventId || (batch.madeIds.get(index) ?? "")).slice(0, 128),
    type: event.type.slice(0, 200),
    visitorId: (event.userId || event.anonymousId).slice(0, 256),
    timeMs: BigInt(Number.isSafeInteger(clientTime) ? clientTime : 0),
  };
};
