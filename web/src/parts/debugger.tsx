import { useState } from "react";
import { Outcome } from "../../../gen/ts/tideline/event/v1/verdict_pb.js";
import type { SeenVerdict } from "../live-state.js";
import { clock, short } from "../words.js";

const outcomes = [
  { outcome: Outcome.ACCEPTED, name: "accepted" },
  { outcome: Outcome.DUPLICATE, name: "duplicate" },
  { outcome: Outcome.CONFLICT, name: "conflict" },
  { outcome: Outcome.QUARANTINED, name: "quarantined" },
  { outcome: Outcome.REJECTED, name: "rejected" },
] as const;

interface DebuggerProps {
  /** Newest first. */
  readonly verdicts: readonly SeenVerdict[];
  readonly outcomes: ReadonlyMap<number, number>;
}

/** The latest events with what the door said of them; can be held, and narrowed to one outcome or a text. */
export function Debugger(props: DebuggerProps) {
  const [held, setHeld] = useState<readonly SeenVerdict[] | undefined>();
  const [only, setOnly] = useState<Outcome | undefined>();
  const [text, setText] = useState("");
  const rows = (held ?? props.verdicts).filter((row) => fits(row, only, text)).slice(0, 60);
  return (
    <section className="card debugger">
      <div className="bar-top">
        <h2>Latest events</h2>
        <input
          type="search"
          placeholder="Type, user or event id"
          aria-label="Narrow by type, user or event id"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button
          type="button"
          aria-pressed={held !== undefined}
          onClick={() => setHeld(held ? undefined : props.verdicts)}
        >
          {held === undefined ? "Hold" : "Go on"}
        </button>
      </div>
      <div className="outcomes">
        {outcomes.map(({ outcome, name }) => (
          <button
            key={name}
            type="button"
            className={`chip ${name}`}
            aria-pressed={only === outcome}
            onClick={() => setOnly(only === outcome ? undefined : outcome)}
          >
            {name} <b>{short(props.outcomes.get(outcome) ?? 0)}</b>
          </button>
        ))}
      </div>
      <table>
        <thead>
          <tr>
            <th>Seen</th>
            <th>Verdict</th>
            <th>Type</th>
            <th>User</th>
            <th>Event id</th>
            <th>Why</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.number} row={row} />
          ))}
        </tbody>
      </table>
      {rows.length === 0 ? <p className="empty">{emptyWord(props.verdicts.length, only, text)}</p> : null}
    </section>
  );
}

function Row({ row: { seenAt, verdict } }: { row: SeenVerdict }) {
  const name = outcomes.find(({ outcome }) => outcome === verdict.outcome)?.name ?? "accepted";
  const why = [verdict.fault?.field, verdict.fault?.message].filter((part) => part).join(": ");
  return (
    <tr>
      <td data-name="Seen">{clock(seenAt)}</td>
      <td data-name="Verdict">
        <span className={`chip ${name}`}>{name}</span>
      </td>
      <td data-name="Type" className="strong">
        {verdict.type}
      </td>
      <td data-name="User" title={verdict.visitorId}>
        {verdict.visitorId}
      </td>
      <td data-name="Event id" className="id" title={verdict.eventId}>
        {verdict.eventId}
      </td>
      <td data-name="Why" className={why === "" ? "none" : ""}>
        {why}
      </td>
    </tr>
  );
}

function fits({ verdict }: SeenVerdict, only: Outcome | undefined, text: string): boolean {
  if (only !== undefined && verdict.outcome !== only) return false;
  if (text === "") return true;
  const sought = text.toLowerCase();
  return [verdict.type, verdict.visitorId, verdict.eventId].some((value) =>
    value.toLowerCase().includes(sought),
  );
}

function emptyWord(seen: number, only: Outcome | undefined, text: string): string {
  if (seen > 0 && (only !== undefined || text !== "")) return "None of the latest events fits.";
  return "No event has come in since this page was opened.";
}
