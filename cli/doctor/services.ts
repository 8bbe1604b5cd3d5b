import { fromBinary } from "@bufbuild/protobuf";
import type { Msg } from "nats";
import { type ServiceStatus, ServiceStatusSchema } from "../../gen/ts/tideline/pipeline/v1/live_pb.js";
import { openNats } from "../../platform/engines/nats.js";
import { streamNames } from "../../platform/streams.js";
import type { Stack } from "../target.js";
import { type Finding, fail, ok, requireListener, warn } from "./finding.js";

/** Every service says its state once a second; so long the doctor listens. */
const LISTEN_MS = 2_200;
/** A worker may be so far behind before it is said, and before it is taken for broken. */
const LAG_MS_WARN = 10_000;
const LAG_MS_FAIL = 24 * 3_600_000;

interface HealthAnswer {
  readonly ready?: boolean;
  readonly engines?: readonly { readonly engine: string; readonly ok: boolean; readonly reason: string }[];
  readonly notes?: readonly string[];
}

/** Every instance of a service by its own health answer. */
export async function checkService({ name, http }: { name: string; http: string }): Promise<Finding[]> {
  const response = await fetch(`${http}/healthz`, { signal: AbortSignal.timeout(5_000) });
  const health = (await response.json()) as HealthAnswer;
  const away = (health.engines ?? []).filter((engine) => !engine.ok);
  const notes = (health.notes ?? []).map((note) => warn(name, note));
  if (away.length > 0) {
    const engines = away.map(({ engine, reason }) => `${engine} (${reason})`).join(", ");
    return [fail(name, `does without ${engines}`), ...notes];
  }
  return [health.ready === true ? ok(name, "ready") : fail(name, "is not ready"), ...notes];
}

/** The gateway: whether it lives and whether each service answers through it. */
export async function checkGateway({ http, registry = "" }: Stack): Promise<Finding[]> {
  const alive = await fetch(`${http}/gateway/livez`, { signal: AbortSignal.timeout(5_000) });
  await alive.arrayBuffer();
  const findings = [alive.ok ? ok("gateway", http) : fail("gateway", `answers ${alive.status} at ${http}`)];
  if (registry !== "") {
    const rest = await fetch(registry, { signal: AbortSignal.timeout(5_000) });
    await rest.arrayBuffer();
    findings.push(rest.ok ? ok("registry REST", registry) : fail("registry REST", `answers ${rest.status}`));
  }
  return findings;
}

/** How far the workers are behind the log, and which services say nothing at all. */
export async function checkLag(natsUrl: string, expected: readonly string[]): Promise<Finding[]> {
  await requireListener(natsUrl);
  const nats = await openNats({ url: natsUrl, name: "tideline doctor" });
  const statuses = new Map<string, ServiceStatus>();
  try {
    nats.connection.subscribe(streamNames("").statusSubject("*", "*"), {
      callback: (error: Error | null, message: Msg) => {
        if (error !== null) return;
        const status = fromBinary(ServiceStatusSchema, message.data);
        statuses.set(status.instance, status);
      },
    });
    await new Promise((resolve) => setTimeout(resolve, LISTEN_MS));
  } finally {
    await nats.close();
  }
  const seen = new Set([...statuses.values()].map(({ service }) => service));
  const silent = expected.filter((service) => !seen.has(service));
  return [
    ...silent.map((service) => warn(service, "says nothing of its state")),
    ...[...statuses.values()].flatMap((status) => (status.partitions.length === 0 ? [] : [lagOf(status)])),
    ...orphans([...statuses.values()]),
  ];
}

function lagOf({ service, instance, partitions }: ServiceStatus): Finding {
  const messages = partitions.reduce((sum, partition) => sum + Number(partition.messages), 0);
  const ageMs = Math.max(0, ...partitions.map((partition) => Number(partition.ageMs)));
  const about = `${service} lag`;
  const owned = `${instance} has ${partitions.length} partitions`;
  if (ageMs < LAG_MS_WARN) return ok(about, `${owned}, ${messages} messages behind`);
  const text = `${owned}, ${messages} messages and ${Math.round(ageMs / 1_000)} s behind`;
  return ageMs < LAG_MS_FAIL ? warn(about, `${text}; start more instances if it stays`) : fail(about, text);
}

/** Two owners of one partition in one service: fencing keeps the data right, but something is wrong. */
function orphans(statuses: readonly ServiceStatus[]): Finding[] {
  const owners = new Map<string, string[]>();
  for (const { service, instance, partitions } of statuses) {
    for (const { partition } of partitions) {
      const key = `${service} partition ${partition}`;
      owners.set(key, [...(owners.get(key) ?? []), instance]);
    }
  }
  return [...owners].flatMap(([key, instances]) =>
    instances.length < 2
      ? []
      : [warn(key, `is claimed by ${instances.join(" and ")}; it settles within seconds`)],
  );
}
