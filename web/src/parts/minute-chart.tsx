import { historyMinutes } from "../live-state.js";
import { clock, whole } from "../words.js";

const height = 160;
const slot = 12;
const gap = 2;

/** Events per minute over the last hour, as bars; the minute that is still open is lighter. */
export function MinuteChart({ minutes, now }: { minutes: ReadonlyMap<number, number>; now: number }) {
  const open = Math.floor(now / 60_000) * 60_000;
  const starts = Array.from(
    { length: historyMinutes },
    (_, index) => open - (historyMinutes - 1 - index) * 60_000,
  );
  const counts = starts.map((start) => minutes.get(start) ?? 0);
  const top = niceTop(Math.max(...counts));
  const width = historyMinutes * slot;
  return (
    <section className="card chart">
      <h2>Events per minute</h2>
      <div className="plot">
        <div className="scale" aria-hidden="true">
          <span>{whole(top)}</span>
          <span>{top >= 2 ? whole(top / 2) : ""}</span>
          <span>0</span>
        </div>
        <svg
          viewBox={`0 0 ${width} ${height}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={spoken(counts)}
        >
          <line className="grid" x1="0" x2={width} y1="0.5" y2="0.5" />
          <line className="grid" x1="0" x2={width} y1={height / 2} y2={height / 2} />
          {counts.map((count, index) => {
            const start = starts[index] ?? 0;
            const size = count === 0 ? 0 : Math.max(2, (count / top) * height);
            return (
              <rect
                key={start}
                className={start === open ? "open" : ""}
                x={index * slot + gap / 2}
                y={height - size}
                width={slot - gap}
                height={size}
                rx="1.5"
              >
                <title>{`${clock(start).slice(0, 5)}: ${whole(count)} events`}</title>
              </rect>
            );
          })}
          <line className="base" x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} />
        </svg>
      </div>
      <div className="axis" aria-hidden="true">
        <span>{now === 0 ? "" : clock(starts[0] ?? 0).slice(0, 5)}</span>
        <span>{now === 0 ? "" : clock(starts[historyMinutes / 2] ?? 0).slice(0, 5)}</span>
        <span>now</span>
      </div>
    </section>
  );
}

/** The least of 1, 2 or 5 times a power of ten that is not below `value`; 1 at least. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= value) ?? 1;
}

function spoken(counts: readonly number[]): string {
  const sum = counts.reduce((total, count) => total + count, 0);
  return `${whole(sum)} events in the last hour, at most ${whole(Math.max(...counts))} in a minute`;
}
