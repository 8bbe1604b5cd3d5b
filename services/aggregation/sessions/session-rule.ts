/** A pause of more than this ends a session. */
export const sessionGapMs = 30 * 60_000;

/**
 * A visitor without pauses is cut every so long, counted from where the activity began: so many sessions a day, however
 * busy a robot is.
 */
export const sessionCapMs = 24 * 3_600_000;

/** What the order of events is made of, in this order. */
export interface SessionEvent {
  readonly timeMs: number;
  readonly producerId: string;
  readonly sequence: number;
  readonly eventId: string;
}

/** The events of one session, in order. */
export type Session<E extends SessionEvent> = readonly E[];

/**
 * The sessions of one visitor's own events, whatever order they came in. This is what the tables' statements compute;
 * tests hold the two together.
 */
export function sessionsOf<E extends SessionEvent>(events: readonly E[]): Session<E>[] {
  const sessions: E[][] = [];
  let activityFromMs = 0;
  let last: E | undefined;
  for (const event of [...events].sort(inOrder)) {
    const pauses = last === undefined || event.timeMs - last.timeMs > sessionGapMs;
    if (pauses) activityFromMs = event.timeMs;
    const part = (timeMs: number): number => Math.floor((timeMs - activityFromMs) / sessionCapMs);
    const current = sessions.at(-1);
    if (pauses || current === undefined || part(event.timeMs) !== part(last?.timeMs ?? 0))
      sessions.push([event]);
    else current.push(event);
    last = event;
  }
  return sessions;
}

function inOrder(a: SessionEvent, b: SessionEvent): number {
  return (
    a.timeMs - b.timeMs ||
    compare(a.producerId, b.producerId) ||
    a.sequence - b.sequence ||
    compare(a.eventId, b.eventId)
  );
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
