import { type Nats, openNats } from "../../platform/engines/nats.js";
import { declaredStreams, differences, streamDefaults, streamNames } from "../../platform/streams.js";
import { type Finding, fail, ok, requireListener, warn } from "./finding.js";

/** From this share on the log is nearly full: then it takes nothing more, and events are refused. */
const NEARLY_FULL = 0.7;

/** NATS: its version, what an ack means, and every stream against its declaration. */
export async function checkNats(url: string, monitor: string): Promise<Finding[]> {
  await requireListener(url);
  const nats = await openNats({ url, name: "tideline doctor" });
  try {
    const version = nats.connection.info?.version ?? "unknown";
    const { rttMs, skewNote } = await roundTrip(nats);
    const streams = await checkStreams(nats);
    return [
      ok("nats", `${version}, ${rttMs.toFixed(1)} ms${skewNote}`),
      await ackMeaning(version, monitor),
      ...streams,
    ];
  } finally {
    await nats.close();
  }
}

async function roundTrip(nats: Nats): Promise<{ rttMs: number; skewNote: string }> {
  const rttMs = await nats.connection.rtt();
  return { rttMs, skewNote: nats.connection.info?.jetstream === true ? "" : ", without JetStream" };
}

interface JetStreamConfig {
  readonly sync_interval?: number;
  readonly sync_always?: boolean;
}

/** How durable an acknowledged event is, by what the server says of itself. */
async function ackMeaning(version: string, monitor: string): Promise<Finding> {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const knowsSetting = major > 2 || (major === 2 && minor >= 10);
  if (!knowsSetting) {
    return warn(
      "ack",
      `survives the death of any process, not of the machine: nats-server ${version} syncs every 2 min`,
    );
  }
  if (monitor === "")
    return warn("ack", "nats-server's monitoring is not known, so neither is when it syncs");
  const response = await fetch(`${monitor.replace(/\/$/, "")}/jsz?config=1`);
  const { config } = (await response.json()) as { config?: JetStreamConfig };
  if (config?.sync_always === true)
    return ok("ack", "survives the death of the machine: every write is synced");
  const seconds = (config?.sync_interval ?? 120_000_000_000) / 1_000_000_000;
  return warn("ack", `survives the death of any process, not of the machine: synced every ${seconds} s`);
}

async function checkStreams(nats: Nats): Promise<Finding[]> {
  const names = streamNames("");
  const findings: Finding[] = [];
  for (const declared of declaredStreams({ names, replicas: 1, ...streamDefaults })) {
    const about = `stream ${declared.name}`;
    const info = await nats.jsm.streams.info(declared.name).catch(() => undefined);
    if (info === undefined) {
      findings.push(fail(about, "is not there; start a service, which makes it"));
      continue;
    }
    const { config, state } = info;
    // How large and how often copied is set for a deployment; all else is declared.
    const { max_bytes: _size, num_replicas: _replicas, max_age: _age, ...fixed } = declared;
    const wrong = differences(fixed, config);
    const share = config.max_bytes > 0 ? state.bytes / config.max_bytes : 0;
    const text = `${state.messages.toLocaleString("en")} messages, ${megabytes(state.bytes)}, ${percent(share)} full`;
    if (wrong.length > 0) findings.push(fail(about, `is not as declared: ${wrong.join("; ")}`));
    else if (share >= 1) findings.push(fail(about, `${text}: it takes nothing more; give it more room`));
    else if (share >= NEARLY_FULL) findings.push(warn(about, `${text}: give it more room soon`));
    else findings.push(ok(about, text));
  }
  return findings;
}

/** Bytes for people. */
export function megabytes(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.01 ? 2 : 0)} %`;
}
