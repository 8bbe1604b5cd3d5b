// The use case of ingestion: a batch of events from one caller, to verdicts.
import { SchemaPolicy } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { Clock } from "../../platform/clock.js";
import type { EffectiveSettings, ProjectCache } from "../../platform/control/projects.js";
import { engineUnavailable, Fault, requestInvalid } from "../../platform/fault.js";
import type { ProjectSecrets } from "../../platform/project-secrets.js";
import { type Call, dryRunHeader, projectHeader } from "../../platform/serve/call.js";
import type { CompiledSchema } from "../../registry/compiled-schema.js";
import type { ProjectSchemas, SchemaCache, SchemaVersion } from "../../registry/schema-cache.js";
import type { BlockPublisher } from "./block-publisher.js";
import { slotOf, textFields } from "./event-fields.js";
import { type EventSource, eventFault } from "./event-source.js";
import { FailureRates } from "./failure-rate.js";
import type { LiveSample } from "./live-sample.js";
import type { LogAdvice } from "./log-advice.js";
import type { BlockLog, QuarantineLog, RateLimiter } from "./ports.js";
import { BatchPreparer, type Rules } from "./prepare-batch.js";
import { type PreparedBatch, releaseBatch, takeBatch } from "./prepared-batch.js";
import { quarantinedOf } from "./quarantine.js";
import type { RequestStamp } from "./raw-event.js";
import { RepeatFinder } from "./repeats.js";
import { replacesOf } from "./replaces.js";

export interface PublishEventsOptions {
  readonly clock: Clock;
  readonly partitions: number;
  readonly projects: ProjectCache;
  readonly schemas: SchemaCache;
  readonly limiter: RateLimiter;
  readonly advice: LogAdvice;
  readonly log: BlockLog;
  readonly publisher: BlockPublisher;
  readonly quarantine: QuarantineLog;
  readonly sample: LiveSample;
  readonly secrets: ProjectSecrets;
  /** Bytes of requests that may be worked on at once; then callers are told to come back. */
  readonly workingBytesMax: number;
}

/** How long a caller should wait when there is no room. */
const overloadedMs = 1_000;

const logUnavailable = eventFault({
  reason: FaultReason.EVENT_LOG_UNAVAILABLE,
  rule: "stored",
  message: "The log did not take the event; send it again with the same id.",
  retryable: true,
});

const userAgentBytesMax = textFields[slotOf("context.user_agent")]?.bytesMax ?? 0;

/** Publishes batches; one for all transports. */
export class EventPublisher {
  /** Events decided since start. */
  handled = 0;
  #workingBytes = 0;
  readonly #options: PublishEventsOptions;
  readonly #preparer = new BatchPreparer();
  readonly #repeats = new RepeatFinder();
  readonly #failures = new FailureRates();

  constructor(options: PublishEventsOptions) {
    this.#options = options;
  }

  /**
   * Decides on every event and stores what is accepted or kept aside, then makes the answer from the batch, which
   * must not be kept. A dry run stores and counts nothing.
   * @throws Fault RATE_LIMITED, OVERLOADED, ENGINE_UNAVAILABLE, PROJECT_NOT_FOUND; nothing was stored then
   */
  async publish<T>(source: EventSource, call: Call, answer: (batch: PreparedBatch) => T): Promise<T> {
    if (call.projectId === "")
      throw requestInvalid(projectHeader, "required", "the operator's key names the project");
    if (!this.#options.log.isReachable()) throw engineUnavailable("nats");
    const { length } = source.bytes;
    if (this.#workingBytes + length > this.#options.workingBytesMax) throw overloaded();
    this.#workingBytes += length;
    try {
      return await this.#work(source, call, answer);
    } finally {
      this.#workingBytes -= length;
    }
  }

  async #work<T>(source: EventSource, call: Call, answer: (batch: PreparedBatch) => T): Promise<T> {
    const { projects, schemas, clock } = this.#options;
    const { projectId, principal } = call;
    const receivedMs = clock.now();
    const settings = projects.peek(projectId) ?? (await projects.get(projectId));
    const waitMs = await this.#options.limiter.take(principal, source.count);
    if (waitMs > 0) throw rateLimited(waitMs);
    const replaces = replacesOf(call, source.count);
    const stamp = {
      ...stampOf(call, settings, { receivedMs, ...this.#options }),
      replaces,
    };
    const known = schemas.peek(projectId) ?? (await schemas.get(projectId));
    const batch = takeBatch();
    try {
      const rulesWith = (its: ProjectSchemas): Rules => ({
        ...this.#rules(its, settings, projectId),
        replaces,
      });
      let rules = await this.#prepare(batch, source, stamp, rulesWith(known));
      // The id may be of a version that was registered a moment ago.
      const anew = namesUnknownSchema(batch) ? await schemas.readAgain(projectId) : undefined;
      if (anew !== undefined) rules = await this.#prepare(batch, source, stamp, rulesWith(anew));
      await this.#options.advice.ask(batch, projectId, replaces);
      this.#repeats.find(batch);
      if (call.header(dryRunHeader) === "true") return answer(batch);
      await this.#store(batch, stamp, rules);
      this.handled += batch.count;
      this.#options.sample.note(projectId, batch);
      return answer(batch);
    } finally {
      releaseBatch(batch);
    }
  }

  #rules(schemas: ProjectSchemas, settings: EffectiveSettings, projectId: string): Rules {
    const { secrets, schemas: cache } = this.#options;
    const { personalData: actions, personalDataDefault: otherwise } = settings;
    return {
      schemas,
      isClosed: settings.schemaPolicy === SchemaPolicy.CLOSED,
      compiled: (version) => cache.compiled(version),
      protection: { projectId, secrets, actions, otherwise },
    };
  }

  /** Decides on the batch once every schema it needs is loaded; the rules, with those schemas at hand. */
  async #prepare(
    batch: PreparedBatch,
    source: EventSource,
    stamp: RequestStamp,
    rules: Rules,
  ): Promise<Rules> {
    // What was loaded for this batch stays with it, whatever the cache forgets meanwhile.
    const loaded = new Map<SchemaVersion, CompiledSchema>();
    const all: Rules = { ...rules, compiled: (version) => loaded.get(version) ?? rules.compiled(version) };
    for (;;) {
      const missing = this.#preparer.prepare(batch, source, stamp, all);
      if (missing.length === 0) return all;
      for (const version of new Set(missing)) loaded.set(version, await this.#options.schemas.load(version));
    }
  }

  /** Stores what is to be stored; the events of a block that was not are rejected, or all of the call refused. */
  async #store(batch: PreparedBatch, stamp: RequestStamp, rules: Rules): Promise<void> {
    const { publisher, quarantine, secrets } = this.#options;
    const bytes = batch.acceptedBytes();
    if (!publisher.hasRoom(bytes)) throw overloaded();
    const inFlood = this.#failures.note(stamp.keyId, {
      events: batch.count,
      failed: batch.faults.size === 0 ? 0 : batch.countOf(Outcome.QUARANTINED),
      now: stamp.receivedMs,
    });
    const aside =
      batch.faults.size === 0 ? undefined : quarantinedOf(batch, { stamp, rules, secrets, inFlood });
    const kept =
      aside === undefined || aside.indexes.length === 0
        ? true
        : quarantine.keep(stamp.projectId, aside.events);
    const stored = await publisher.store(batch, stamp.projectId);
    let lost = 0;
    if (stored.includes(false)) {
      for (let index = 0; index < batch.count; index++) {
        if (batch.outcomes[index] !== Outcome.ACCEPTED || stored[batch.blocks[index] as number] === true)
          continue;
        batch.decide(index, Outcome.REJECTED, logUnavailable);
        lost++;
      }
    }
    if (!(await kept)) {
      for (const index of aside?.indexes ?? []) batch.decide(index, Outcome.REJECTED, logUnavailable);
      lost += aside?.indexes.length ?? 0;
    }
    if (lost === 0) return;
    rejectCopies(batch);
    const others = batch.count - batch.countOf(Outcome.REJECTED);
    if (others === 0) throw engineUnavailable("nats");
  }
}

const namesUnknownSchema = (batch: PreparedBatch): boolean => {
  for (const { reason } of batch.faults.values())
    if (reason === FaultReason.EVENT_SCHEMA_UNKNOWN) return true;
  return false;
};

/** A later copy of an event that was not stored is no repetition of anything. */
const rejectCopies = (batch: PreparedBatch): void => {
  for (let index = 0; index < batch.count; index++) {
    const first = batch.firstCopies[index] as number;
    if (first < 0 || batch.faults.get(first) !== logUnavailable) continue;
    batch.decide(index, Outcome.REJECTED, logUnavailable);
  }
};

const stampOf = (
  call: Call,
  settings: EffectiveSettings,
  {
    receivedMs,
    partitions,
    secrets,
  }: { receivedMs: number; partitions: number; secrets: Pick<ProjectSecrets, "payloads"> },
): RequestStamp => {
  const { projectId, principal } = call;
  // A header is Latin-1: no character takes more than two bytes.
  const browser =
    call.header("origin") === undefined
      ? undefined
      : { ip: call.peer, userAgent: (call.header("user-agent") ?? "").slice(0, userAgentBytesMax / 2) };
  const { keepIp } = settings;
  const payloads = secrets.payloads(projectId);
  return { projectId, keyId: principal.keyId, receivedMs, partitions, keepIp, payloads, browser };
};

const rateLimited = (waitMs: number): Fault =>
  new Fault(FaultReason.RATE_LIMITED, "the key has spent its rate", { retry_after_ms: String(waitMs) });

const overloaded = (): Fault =>
  new Fault(FaultReason.OVERLOADED, "too many events wait for the log", {
    retry_after_ms: String(overloadedMs),
  });
