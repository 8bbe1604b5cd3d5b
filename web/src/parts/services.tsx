import type { ServiceStatus } from "../../../gen/ts/tideline/pipeline/v1/live_pb.js";
import { duration, mebibytes, rate, whole } from "../words.js";

/** A status older than this means that the instance is gone. */
const silentMs = 5_000;

/** Every instance: its health, its engines, and how far behind it is. */
export function Services({ services, now }: { services: readonly ServiceStatus[]; now: number }) {
  return (
    <section className="card services">
      <h2>Services</h2>
      {services.length === 0 ? <p className="empty">No service has said how it is yet.</p> : null}
      <div className="grid">
        {services.map((status) => (
          <Instance key={`${status.service}/${status.instance}`} status={status} now={now} />
        ))}
      </div>
    </section>
  );
}

function Instance({ status, now }: { status: ServiceStatus; now: number }) {
  const away = status.engines.filter(({ ok }) => !ok);
  const silent = now - Number(status.timeMs) > silentMs;
  const state = silent ? "bad" : away.length > 0 || status.notes.length > 0 ? "warn" : "good";
  const waiting = status.partitions.reduce((sum, { messages }) => sum + Number(messages), 0);
  // Rates and memory are of all projects together: a project's key is not told them.
  const figures = `${rate(status.eventsPerSecond)} events/s · ${mebibytes(Number(status.rssBytes))}`;
  const load = status.rssBytes > 0n ? figures : `${status.engines.length - away.length} engines at hand`;
  const age = Math.max(0, ...status.partitions.map(({ ageMs }) => Number(ageMs)));
  return (
    <article className={state}>
      <h3>
        <span className="dot" aria-hidden="true" /> {status.service}
        <small>{status.instance}</small>
      </h3>
      <p>{silent ? "says nothing" : load}</p>
      {status.partitions.length === 0 ? null : (
        <p>
          {status.partitions.length} partitions,{" "}
          {waiting === 0 ? "no lag" : `${whole(waiting)} blocks, ${duration(age)} behind`}
        </p>
      )}
      {away.map(({ engine, reason }) => (
        <p key={engine} className="trouble">
          {engine}: {reason}
        </p>
      ))}
      {status.notes.map((note) => (
        <p key={note} className="trouble">
          {note}
        </p>
      ))}
    </article>
  );
}
