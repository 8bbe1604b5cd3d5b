import type { LiveDelta, LiveVerdict, LiveVerdicts } from "../../../gen/ts/tideline/pipeline/v1/live_pb.js";
import type { Clock } from "../../../platform/clock.js";
import type { WindowRead } from "../../../platform/windows.js";
import type { Analytics } from "../ports.js";
import { Tenant } from "../sql/tenant.js";
import { countsOfWindow, historyMinutesMax, LiveMinutes, minuteMs, minuteOf } from "./minutes.js";
import { minutesOf, minutesSql } from "./minutes-sql.js";

/** What a feed listens to, and reads. */
export interface LiveSource {
  /** Windows of one minute. @throws while they can't be read. */
  windows(projectId: string, startsMs: readonly number[]): Promise<WindowRead>;
  /** Hears what is said of a project until the returned function is called; messages may be lost. */
  listen(projectId: string, ears: LiveEars): () => void;
}

export interface LiveEars {
  readonly onDelta: (delta: LiveDelta) => void;
  readonly onVerdicts: (verdicts: LiveVerdicts) => void;
}

/** One who watches; is given what can't be looked up later. */
export interface Watcher {
  onVerdicts(sample: readonly LiveVerdict[], outcomes: Readonly<Record<number, number>>): void;
  onTick(): void;
}

const tickMsDefault = 1_000;

/** Without a word that anything changed the windows are read again after this: a delta may have been lost. */
const windowsAgainMs = 3_000;
/** And the minutes whose windows are gone, from the rollup. */
const rollupAgainMs = 30_000;
/** Minutes before the current one that are read from windows; they live two minutes past their end. */
const windowMinutes = 1;
const rateSeconds = 10;

/**
 * The live picture of one project, kept while anybody watches: its minutes as whole counts, from the windows while
 * they live and from the rollup before. A tick each second brings it up to date.
 */
export class LiveFeed {
  readonly minutes = new LiveMinutes();
  /** Set while counts are known to lack something: they are whole from here. */
  completeFromMs: number | undefined;

  readonly #projectId: string;
  readonly #parts: FeedParts;
  readonly #watchers = new Set<Watcher>();
  readonly #accepted = new Map<number, number>();
  #stopListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** The first whole second, since 1970, of which all is heard. */
  readonly #listensFrom: number;
  #changed = true;
  #rollupDirty = true;
  #windowsAt = 0;
  #rollupAt = 0;
  #closed = false;
  /** Resolves when the picture is whole for the first time, or could not be made. */
  readonly ready: Promise<void>;

  constructor(projectId: string, parts: FeedParts) {
    this.#projectId = projectId;
    this.#parts = parts;
    this.#listensFrom = Math.floor(parts.clock.now() / 1_000) + 1;
    this.#stopListening = parts.source.listen(projectId, {
      onDelta: (delta) => this.#hearDelta(delta),
      onVerdicts: (verdicts) => this.#hearVerdicts(verdicts),
    });
    this.ready = this.#tick();
  }

  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  close(): void {
    this.#closed = true;
    this.#stopListening();
    clearTimeout(this.#timer);
  }

  /** Events a second at the door, over the last ten seconds. */
  eventsPerSecond(): number {
    const now = Math.floor(this.#parts.clock.now() / 1_000);
    // Whole seconds since somebody listens; before there are ten of them, as many as there are.
    const from = Math.max(now - rateSeconds, this.#listensFrom);
    let events = 0;
    for (const [second, accepted] of this.#accepted) {
      if (second < from) this.#accepted.delete(second);
      else if (second < now) events += accepted;
    }
    return now > from ? events / (now - from) : 0;
  }

  async #tick(): Promise<void> {
    const started = performance.now();
    await this.#refresh();
    for (const watcher of this.#watchers) watcher.onTick();
    if (this.#closed) return;
    const tickMs = this.#parts.tickMs ?? tickMsDefault;
    // Also when the engines are slow they are given a rest.
    const pauseMs = Math.max(tickMs / 4, tickMs - (performance.now() - started));
    this.#timer = setTimeout(() => void this.#tick(), pauseMs);
  }

  async #refresh(): Promise<void> {
    const now = this.#parts.clock.now();
    const current = minuteOf(now);
    this.minutes.forgetBefore(current - historyMinutesMax * minuteMs);
    const haveWindows = this.#isDue(this.#changed, this.#windowsAt, windowsAgainMs)
      ? await this.#readWindows(current)
      : true;
    // Without windows the rollup answers for all minutes, each time.
    if (!haveWindows || this.#isDue(this.#rollupDirty, this.#rollupAt, rollupAgainMs)) {
      await this.#readRollup(
        current,
        haveWindows ? current - windowMinutes * minuteMs : current + 2 * minuteMs,
      );
    }
  }

  #isDue(dirty: boolean, readAt: number, againMs: number): boolean {
    return dirty || this.#parts.clock.now() - readAt >= againMs;
  }

  /** Whether the windows could be read and hold all they should. */
  async #readWindows(current: number): Promise<boolean> {
    const starts = [current - windowMinutes * minuteMs, current, current + minuteMs];
    const dirty = this.#changed;
    this.#changed = false;
    try {
      const { windows, completeFromMs } = await this.#parts.source.windows(this.#projectId, starts);
      this.#windowsAt = this.#parts.clock.now();
      if (completeFromMs > (starts[0] ?? 0)) return false;
      for (const window of windows) this.minutes.set(window.startMs, countsOfWindow(window));
      return true;
    } catch {
      // Redis is away; health says so, and the rollup stands in.
      this.#changed = dirty;
      return false;
    }
  }

  async #readRollup(current: number, toMs: number): Promise<void> {
    const fromMs = current - historyMinutesMax * minuteMs;
    const namesFromMs = current - 60 * minuteMs;
    this.#rollupDirty = false;
    try {
      const statement = minutesSql(new Tenant(this.#projectId), { fromMs, namesFromMs, toMs });
      const { rows } = await this.#parts.analytics.read(statement, AbortSignal.timeout(10_000));
      const minutes = minutesOf(rows);
      for (let at = fromMs; at < toMs; at += minuteMs) this.minutes.set(at, minutes.get(at) ?? noCounts);
      this.#rollupAt = this.#parts.clock.now();
      this.completeFromMs = undefined;
    } catch {
      // ClickHouse is away: what is known stays, and says from where on it is whole.
      this.#rollupDirty = true;
      this.completeFromMs ??= current;
    }
  }

  #hearDelta({ counts }: LiveDelta): void {
    this.#changed = true;
    const current = minuteOf(this.#parts.clock.now());
    const oldest = current - historyMinutesMax * minuteMs;
    for (const { minuteMs: at } of counts) {
      if (Number(at) < current - windowMinutes * minuteMs && Number(at) >= oldest) this.#rollupDirty = true;
    }
  }

  #hearVerdicts({ receivedTimeMs, outcomes, sample }: LiveVerdicts): void {
    const second = Math.floor(Number(receivedTimeMs) / 1_000);
    this.#accepted.set(second, (this.#accepted.get(second) ?? 0) + (outcomes[acceptedOutcome] ?? 0));
    for (const watcher of this.#watchers) watcher.onVerdicts(sample, outcomes);
  }
}

/** Outcome.ACCEPTED as the key of the counts. */
const acceptedOutcome = 1;

const noCounts = { events: 0, types: new Map(), countries: new Map(), devices: new Map() };

export interface FeedParts {
  readonly source: LiveSource;
  readonly analytics: Analytics;
  readonly clock: Clock;
  /** Between two looks at what has changed; a second by default. */
  readonly tickMs?: number;
}
