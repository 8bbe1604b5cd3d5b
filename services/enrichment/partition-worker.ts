import type { PartitionClaims } from "../../platform/claims.js";
import { type LogMessage, PartitionReader } from "../../platform/partition-reader.js";
import { headerNames } from "../../platform/streams.js";
import { composeMessages, type DecidedBlock } from "./compose.js";
import { decide, granted } from "./deduplicate.js";
import { EventsLog } from "./engines/events-log.js";
import type { EnrichedBlock, ProjectRules, RawBlock } from "./enrich-block.js";
import type { WorkerPorts } from "./ports.js";
import { recover } from "./recover.js";
import { backOffMs, mustGoOn, pause, StaleOwnerError, type Turn, TurnOverError } from "./turn.js";

/** What is taken from the log at once. */
const batchBytes = 512 * 1024;
const idleWaitMs = 1_000;
/** Blocks without anything new are covered by a message of their own at most so often. */
const coverEveryMs = 250;
const sayIdleEveryMs = 30_000;

export interface WorkerCounts {
  events: number;
  duplicates: number;
  conflicts: number;
  poisoned: number;
}

/**
 * Brings one partition of RAW into EVENTS as long as the turn lasts: enriches, claims ids, leaves out copies,
 * publishes. Whatever goes wrong ends the session, and the next begins by looking where the log stands.
 */
export class PartitionWorker {
  readonly turn: Turn;
  readonly counts: WorkerCounts = { events: 0, duplicates: 0, conflicts: 0, poisoned: 0 };
  readonly #ports: WorkerPorts;
  readonly #abort: AbortController;
  #reader: PartitionReader | undefined;
  #eventsLog: EventsLog | undefined;
  /** Blocks taken and not yet covered by EVENTS, oldest first. */
  #open: LogMessage[] = [];
  #trouble: string | undefined;
  #waiting: string | undefined;
  /** Counts sessions that read; odd numbers of changes don't matter, only that it changes. */
  #session = 0;
  #mustLook = false;
  #saidIdleAt = Number.NEGATIVE_INFINITY;

  constructor(options: { partition: number; epoch: bigint; ports: WorkerPorts }) {
    const { partition, epoch, ports } = options;
    this.#abort = new AbortController();
    this.turn = { partition, epoch, signal: this.#abort.signal };
    this.#ports = ports;
  }

  /** Messages of RAW that are not yet covered, and the age of the oldest. */
  get lag(): { messages: number; ageMs: number } {
    const oldest = this.#open[0] ?? this.#reader?.peek();
    const receivedMs = oldest === undefined ? 0 : receivedOf(oldest);
    const ageMs = receivedMs === 0 ? 0 : Math.max(0, Date.now() - receivedMs);
    const messages = this.#open.length + (this.#reader?.lag ?? 0);
    // What is not known is not nothing: whoever reads 0 takes the log for read to its end.
    return { messages: Math.max(messages, this.#reader?.isKnown === true ? 0 : 1), ageMs };
  }

  /** Why it does not go on, in one sentence. */
  get trouble(): string | undefined {
    return this.#trouble ?? this.#waiting ?? this.#eventsLog?.trouble ?? this.#reader?.trouble;
  }

  /** The number of the session that is reading; 0 while none is. */
  get reading(): number {
    return this.#reader === undefined ? 0 : this.#session;
  }

  /** Ends session `session`, so that the next looks whether claims are complete. */
  lookAgain(session: number): void {
    if (session === 0 || this.reading !== session) return;
    this.#mustLook = true;
    void this.#reader?.close();
  }

  /** Ends the turn: what is under way is finished or left to the next owner. */
  stop(): void {
    this.#abort.abort();
    void this.#reader?.close();
  }

  /**
   * Works until the turn is over.
   * @throws StaleOwnerError when a newer owner was found.
   */
  async run(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const began = performance.now();
      try {
        await this.#work();
      } catch (error) {
        if (error instanceof TurnOverError || error instanceof StaleOwnerError) {
          if (error instanceof StaleOwnerError) throw error;
          return;
        }
        if (performance.now() - began > 10_000) attempt = 0;
        this.#trouble = error instanceof Error ? error.message : String(error);
        this.#ports.log.warn({ err: error, partition: this.turn.partition }, "begins anew by looking");
        await pause(this.turn, backOffMs(attempt)).catch(() => undefined);
      }
      if (this.turn.signal.aborted) return;
    }
  }

  /** One session: looks where the log stands, then reads on from there until something goes wrong. */
  async #work(): Promise<void> {
    const { turn } = this;
    const { nats, names, claims, partitions, log, readerBytes } = this.#ports;
    const own = claims.partition(turn.partition, turn.epoch);
    const eventsLog = new EventsLog({ nats, names, turn, log });
    this.#eventsLog = eventsLog;
    this.#mustLook = false;
    const onWaiting = (sentence: string | undefined): void => {
      this.#waiting = sentence;
    };
    const tail = await recover({
      turn,
      nats,
      names,
      partitions,
      claims,
      own,
      eventsLog,
      log,
      onWaiting,
    }).finally(() => onWaiting(undefined));
    const sequence = tail.rawIndex > 0 ? tail.rawTo : tail.rawTo + 1;
    this.#session++;
    this.#reader = new PartitionReader({
      nats,
      stream: names.raw,
      filter: names.rawFilter(turn.partition),
      log,
      from: { sequence },
      bytesMax: readerBytes,
    });
    try {
      await this.#read(this.#reader, { own, eventsLog, skipBelow: tail.rawIndex });
    } finally {
      await this.#reader.close();
      this.#reader = undefined;
      this.#open = [];
    }
  }

  /** Reads, and decides on the next blocks while the last ones are being published. */
  async #read(reader: PartitionReader, session: Session): Promise<void> {
    let { skipBelow } = session;
    let publishing: Promise<void> = Promise.resolve();
    let uncovered: DecidedBlock[] = [];
    let coveredAt = performance.now();
    try {
      for (;;) {
        const waitMs = uncovered.length > 0 ? coverEveryMs : idleWaitMs;
        const messages = await reader.take({ bytes: batchBytes, waitMs });
        if (this.turn.signal.aborted || this.#mustLook) return;
        this.#open.push(...messages);
        const blocks = [...uncovered, ...(await this.#decide(messages, session))];
        await publishing;
        this.#trouble = undefined;
        uncovered = [];
        if (blocks.length === 0) {
          if (reader.isAtEnd) await this.#sayIdle(session.own);
          continue;
        }
        const isNothingNew = blocks.every(({ ends, duplicates }) => duplicates === ends.length);
        if (isNothingNew && messages.length > 0 && performance.now() - coveredAt < coverEveryMs) {
          uncovered = blocks;
          continue;
        }
        coveredAt = performance.now();
        publishing = this.#publish(blocks, skipBelow, session.eventsLog);
        publishing.catch(() => undefined); // Thrown where it is waited for.
        skipBelow = 0;
      }
    } finally {
      await publishing;
    }
  }

  /** Now and then, at the log's end: others may forget what only a partition behind would need. */
  async #sayIdle(own: PartitionClaims): Promise<void> {
    const now = performance.now();
    if (now - this.#saidIdleAt < sayIdleEveryMs) return;
    this.#saidIdleAt = now;
    await own.idle();
  }

  async #publish(blocks: readonly DecidedBlock[], skipBelow: number, eventsLog: EventsLog): Promise<void> {
    for (const message of composeMessages(blocks, skipBelow)) {
      await eventsLog.append(message);
      this.counts.events += message.events;
      this.counts.duplicates += message.duplicates;
      this.counts.conflicts += message.conflicts;
    }
    const reached = blocks.at(-1)?.position ?? 0;
    this.#open = this.#open.filter(({ sequence }) => sequence > reached);
  }

  /** Enriches and claims blocks in order, then decides on each. */
  async #decide(messages: readonly LogMessage[], { own, eventsLog }: Session): Promise<DecidedBlock[]> {
    const claimed: { block: EnrichedBlock; answer: ReturnType<PartitionClaims["claim"]> }[] = [];
    const kept: Promise<void>[] = [];
    for (const message of messages) {
      const block = await this.#enrich(message);
      const { position, receivedMs } = block.raw;
      for (const poisoned of block.poisoned) {
        const keeping = this.#keepAside(block.raw, poisoned);
        keeping.catch(() => undefined); // Thrown where it is waited for.
        kept.push(keeping);
      }
      const answer = own.claim({ position, receivedMs, events: eventsLog.last, ids: block.ids });
      answer.catch(() => undefined); // Thrown where it is waited for.
      claimed.push({ block, answer });
    }
    await Promise.all(kept);
    const decided: DecidedBlock[] = [];
    const { blocks } = this.#ports;
    for (const { block, answer } of claimed) {
      const { foreign } = granted(await answer);
      decided.push(await decide(block, foreign, { claims: own, blocks }));
    }
    return decided;
  }

  async #enrich(message: LogMessage): Promise<EnrichedBlock> {
    const project = message.subject.slice(message.subject.lastIndexOf(".") + 1);
    const raw: RawBlock = {
      position: message.sequence,
      partition: this.turn.partition,
      project,
      receivedMs: receivedOf(message),
      data: message.data,
    };
    return this.#ports.enricher.enrich(raw, await this.#rules(project));
  }

  /** The project's rules; waits while they can't be known, since what is enriched stays as it is. */
  async #rules(project: string): Promise<ProjectRules> {
    for (let attempt = 0; ; attempt++) {
      mustGoOn(this.turn);
      try {
        const rules = await this.#ports.rulesOf(project);
        this.#waiting = undefined;
        return rules;
      } catch (error) {
        this.#waiting = `The settings of project ${project} can't be read.`;
        this.#ports.log.warn({ err: error, project }, "waits for a project's settings");
        await pause(this.turn, backOffMs(attempt));
      }
    }
  }

  async #keepAside(raw: RawBlock, poisoned: EnrichedBlock["poisoned"][number]): Promise<void> {
    await this.#ports.keepAside(raw, poisoned);
    this.counts.poisoned++;
  }
}

interface Session {
  readonly own: PartitionClaims;
  readonly eventsLog: EventsLog;
  /** Events of the first block below this index are in EVENTS already. */
  readonly skipBelow: number;
}

/** The received time of a block, which ingestion states in its header. */
function receivedOf(message: LogMessage): number {
  return Number(message.headers?.get(headerNames.receivedMs) || "0");
}
