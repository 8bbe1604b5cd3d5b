import type { LiveState } from "../live-state.js";
import { duration, rate, short } from "../words.js";

/** The figures that matter most, at a glance. */
export function Tiles({ live }: { live: LiveState }) {
  const started = live.time > 0;
  const lag = worstLag(live);
  const minute = live.minutes.get(Math.floor(live.time / 60_000) * 60_000) ?? 0;
  const before = live.minutes.get(Math.floor(live.time / 60_000) * 60_000 - 60_000) ?? 0;
  return (
    <section className="tiles" aria-label="Now">
      <Tile
        name="Events per second"
        value={started ? rate(live.eventsPerSecond) : "–"}
        note="last 10 seconds"
        main
      />
      <Tile
        name="This minute"
        value={started ? short(minute) : "–"}
        note={`${short(before)} in the minute before`}
      />
      <Tile name="Last hour" value={started ? short(live.eventsLastHour) : "–"} note={completeNote(live)} />
      <Tile
        name="Behind the log"
        value={started ? duration(lag) : "–"}
        note={lagNote(lag)}
        alarm={lag > 5_000}
      />
    </section>
  );
}

function Tile(props: { name: string; value: string; note: string; main?: boolean; alarm?: boolean }) {
  const kind = props.alarm ? "tile card alarm" : props.main ? "tile card main" : "tile card";
  return (
    <div className={kind}>
      <h2>{props.name}</h2>
      <strong>{props.value}</strong>
      <small>{props.note}</small>
    </div>
  );
}

/** The age of the oldest message that any worker has yet to handle, ms. */
function worstLag(live: LiveState): number {
  let worst = 0;
  for (const { partitions } of live.services) {
    for (const { ageMs } of partitions) worst = Math.max(worst, Number(ageMs));
  }
  return worst;
}

function lagNote(lag: number): string {
  return lag === 0 ? "everything is applied" : "oldest event not yet applied";
}

function completeNote(live: LiveState): string {
  if (live.completeFrom === 0) return "by the time they happened";
  const minutes = Math.round((live.time - live.completeFrom) / 60_000);
  return minutes < 60 ? `whole for the last ${minutes} min` : "by the time they happened";
}
