import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { LiveVerdict, ServiceStatus } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import type {
  SubscribeRequest,
  SubscribeResponseSchema,
} from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import type { Clock } from "../../platform/clock.js";
import type { ProjectCache } from "../../platform/control/projects.js";
import type { Call } from "../../platform/serve/call.js";
import { askedProject } from "./caller.js";
import type { StatusBoard } from "./engines/status-board.js";
import type { LiveFeed } from "./live/feed.js";
import type { LiveHub } from "./live/hub.js";
import { minuteMs, minuteOf } from "./live/minutes.js";
import type { Applied, Progress } from "./ports.js";

export interface SubscribePorts {
  readonly projects: ProjectCache;
  readonly hub: LiveHub;
  readonly board: StatusBoard;
  readonly progress: Progress;
  readonly clock: Clock;
}

type Message = MessageInitShape<typeof SubscribeResponseSchema>;

const historyMinutesDefault = 60;
/** Verdicts that wait for a slow reader, at most; of more the oldest are left out, the counts stay whole. */
const verdictsMax = 100;

/**
 * Subscribe: the picture of the project, then each second what has changed in it, or that nothing has. What a reader is
 * too slow for is never kept: the next message says how things are by then.
 */
export async function* subscribe(
  ports: SubscribePorts,
  request: SubscribeRequest,
  call: Call,
): AsyncIterable<Message> {
  const { projectId } = await askedProject(call, ports.projects);
  const { feed, giveBack } = ports.hub.take(projectId);
  const reader = new LiveReader(feed, request, call.principal.isOperator);
  const stop = feed.watch(reader);
  const over = AbortSignal.any([call.signal, ports.hub.ending]);
  const wake = () => reader.onTick();
  over.addEventListener("abort", wake);
  try {
    await Promise.race([feed.ready, aborted(over)]);
    while (!over.aborted) {
      const applied = await ports.progress.applied();
      yield reader.message({ nowMs: ports.clock.now(), applied, statuses: ports.board.statuses() });
      await reader.nextTick(over);
    }
    if (!call.signal.aborted) ports.hub.mustGoOn();
  } finally {
    over.removeEventListener("abort", wake);
    stop();
    giveBack();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

interface Moment {
  readonly nowMs: number;
  readonly applied: Applied;
  readonly statuses: readonly ServiceStatus[];
}

/** What one reader has been told, and what is to tell it. */
class LiveReader {
  readonly #feed: LiveFeed;
  readonly #historyMinutes: number;
  readonly #wantsVerdicts: boolean;
  readonly #wantsServices: boolean;
  readonly #isOperator: boolean;
  readonly #told = new Map<number, number>();
  #isSnapshot = true;
  #verdicts: LiveVerdict[] = [];
  #outcomes: Record<number, number> = {};
  #ticked = false;
  #wake: (() => void) | undefined;

  constructor(feed: LiveFeed, request: SubscribeRequest, isOperator: boolean) {
    this.#feed = feed;
    this.#historyMinutes = request.historyMinutes || historyMinutesDefault;
    this.#wantsVerdicts = request.verdicts;
    this.#wantsServices = request.services;
    this.#isOperator = isOperator;
  }

  onVerdicts(sample: readonly LiveVerdict[], outcomes: Readonly<Record<number, number>>): void {
    for (const [outcome, events] of Object.entries(outcomes)) {
      this.#outcomes[Number(outcome)] = (this.#outcomes[Number(outcome)] ?? 0) + events;
    }
    if (this.#wantsVerdicts) this.#verdicts = [...this.#verdicts, ...sample].slice(-verdictsMax);
  }

  onTick(): void {
    this.#ticked = true;
    this.#wake?.();
  }

  /** Waits for a tick since the last call; ticks that were missed are one. */
  async nextTick(signal: AbortSignal): Promise<void> {
    if (!this.#ticked && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = undefined;
    this.#ticked = false;
  }

  message({ nowMs, applied, statuses }: Moment): Message {
    const { minutes, completeFromMs } = this.#feed;
    const message: Message = {
      time: timestampFromMs(nowMs),
      isSnapshot: this.#isSnapshot,
      minutes: this.#changedMinutes(nowMs),
      eventsPerSecond: this.#feed.eventsPerSecond(),
      types: minutes.top("types", nowMs).map(withBigint),
      countries: minutes.top("countries", nowMs).map(withBigint),
      devices: minutes.top("devices", nowMs).map(withBigint),
      eventsLastHour: BigInt(minutes.lastHour(nowMs)),
      verdicts: this.#verdicts,
      outcomes: this.#outcomes,
      services: this.#wantsServices ? statuses.map((status) => this.#seen(status)) : [],
      ...(applied.watermarkMs > 0 ? { watermark: timestampFromMs(applied.watermarkMs) } : {}),
      ...(completeFromMs === undefined ? {} : { completeFrom: timestampFromMs(completeFromMs) }),
    };
    this.#isSnapshot = false;
    // What ticked until now is in this message.
    this.#ticked = false;
    this.#verdicts = [];
    this.#outcomes = {};
    return message;
  }

  /** All minutes at first, then those whose count is no longer the one that was told. */
  #changedMinutes(nowMs: number): Message["minutes"] & object {
    const last = minuteOf(nowMs);
    const first = last - (this.#historyMinutes - 1) * minuteMs;
    const changed: { minute: ReturnType<typeof timestampFromMs>; events: bigint }[] = [];
    for (let at = first; at <= last; at += minuteMs) {
      const events = this.#feed.minutes.events(at);
      if (!this.#isSnapshot && events === (this.#told.get(at) ?? 0)) continue;
      this.#told.set(at, events);
      changed.push({ minute: timestampFromMs(at), events: BigInt(events) });
    }
    for (const at of this.#told.keys()) if (at < first) this.#told.delete(at);
    return changed;
  }

  /** A tenant sees who runs and how far they are; how much they do for others is the operator's to know. */
  #seen({ service, instance, timeMs, engines, partitions, eventsPerSecond, rssBytes, notes }: ServiceStatus) {
    const seen = { service, instance, timeMs, engines, partitions };
    return this.#isOperator ? { ...seen, eventsPerSecond, rssBytes, notes } : seen;
  }
}

function withBigint({ name, events }: { name: string; events: number }): { name: string; events: bigint } {
  return { name, events: BigInt(events) };
}
