import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import {
  type Metric,
  type MetricDefinition,
  MetricSchema,
} from "../../../gen/ts/tideline/query/v1/metric_pb.js";
import type { MetricStore, StoredMetric } from "../../../platform/control/metrics.js";
import { Fault } from "../../../platform/fault.js";
import type { Asked } from "../caller.js";
import { readyMade } from "./ready-made.js";

/** The project's metric of a name, else the ready-made one. @throws Fault METRIC_NOT_FOUND, ENGINE_UNAVAILABLE */
export async function metricNamed(
  store: MetricStore,
  { projectId, settings }: Asked,
  { name, version }: { readonly name: string; readonly version: number },
): Promise<Metric> {
  const own = await store.find(projectId, name, version);
  if (own !== undefined && (version > 0 || !own.deleted)) return metricOf(own);
  const ready = readyMade(settings).find((each) => each.name === name);
  if (ready !== undefined && version === 0) return readyMetric(ready);
  throw metricNotFound(name, version);
}

/** The newest version of each metric after a name, by name; of ready-made ones those that no other replaces. */
export async function metricsAfter(
  store: MetricStore,
  { projectId, settings }: Asked,
  page: { readonly after: string; readonly limit: number },
): Promise<Metric[]> {
  const own = await store.list(projectId, page);
  const last = own.length === page.limit ? own.at(-1)?.definition.name : undefined;
  const taken = new Set(own.map(({ definition }) => definition.name));
  const ready = readyMade(settings).filter(
    ({ name }) => name > page.after && !taken.has(name) && (last === undefined || name < last),
  );
  const all = [...own.map(metricOf), ...ready.map(readyMetric)];
  const nameOf = ({ definition }: Metric): string => definition?.name ?? "";
  return all.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)).slice(0, page.limit);
}

export function metricOf({ definition, version, createTime, deleted }: StoredMetric): Metric {
  return create(MetricSchema, { definition, version, createTime: timestampFromDate(createTime), deleted });
}

function readyMetric(definition: MetricDefinition): Metric {
  return create(MetricSchema, { definition });
}

export function metricNotFound(name: string, version = 0): Fault {
  const which = version === 0 ? "" : ` of version ${version}`;
  return new Fault(FaultReason.METRIC_NOT_FOUND, `no metric${which} of that name`, {
    name,
    version: String(version),
  });
}
