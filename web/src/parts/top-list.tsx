import type { NamedCount } from "../../../gen/ts/tideline/query/v1/query_service_pb.js";
import { whole } from "../words.js";

interface TopListProps {
  readonly title: string;
  /** What one entry is, for the empty list. */
  readonly noun: string;
  readonly counts: readonly NamedCount[];
  readonly nameOf?: (name: string) => string;
}

const shown = 8;

/** The greatest counts of the last hour, as bars in a list. */
export function TopList({ title, noun, counts, nameOf = (name) => name }: TopListProps) {
  const top = counts.slice(0, shown);
  const greatest = Math.max(1, ...top.map(({ events }) => Number(events)));
  return (
    <section className="card top-list">
      <h2>{title}</h2>
      {top.length === 0 ? <p className="empty">No {noun} in the last hour.</p> : null}
      <ol>
        {top.map(({ name, events }) => (
          <li key={name}>
            <span className="bar" style={{ width: `${(100 * Number(events)) / greatest}%` }} />
            <span className="name" title={name}>
              {name === "" ? "unknown" : nameOf(name)}
            </span>
            <span className="count">{whole(Number(events))}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
