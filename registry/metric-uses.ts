// Which metrics read a property of an event type that another schema would change.

import type { EventSelector } from "../gen/ts/tideline/query/v1/analysis_pb.js";
import type { MetricDefinition } from "../gen/ts/tideline/query/v1/metric_pb.js";
import { type Property, PropertyScope } from "../gen/ts/tideline/query/v1/question_pb.js";
import type { MetricStore, StoredMetric } from "../platform/control/metrics.js";
import type { FieldKinds } from "./field-kinds/field-kind.js";

/** Two schemas of an event type. */
export interface KindsChange {
  readonly type: string;
  readonly before: FieldKinds;
  readonly after: FieldKinds;
}

export interface MetricUse {
  readonly name: string;
  readonly version: number;
  readonly path: string;
  readonly before: string;
  /** Empty: nothing is said of it, or several things. */
  readonly after: string;
}

const pageSize = 100;

/** By name and path. @throws Fault ENGINE_UNAVAILABLE */
export async function metricUses(
  store: Pick<MetricStore, "list">,
  projectId: string,
  change: KindsChange,
): Promise<MetricUse[]> {
  const uses: MetricUse[] = [];
  let after = "";
  for (;;) {
    const page = await store.list(projectId, { after, limit: pageSize });
    uses.push(...page.flatMap((metric) => usesOf(metric, change)));
    after = page.at(-1)?.definition.name ?? "";
    if (page.length < pageSize) return uses;
  }
}

function usesOf({ definition, version }: StoredMetric, { type, before, after }: KindsChange): MetricUse[] {
  return [...pathsRead(definition, type)].sort().flatMap((path) => {
    const [was, is] = [kindAt(before, path), kindAt(after, path)];
    const isSame = was === is || (numeric.has(was) && numeric.has(is));
    return was === "" || isSame ? [] : [{ name: definition.name, version, path, before: was, after: is }];
  });
}

/** A question reads them alike. */
const numeric: ReadonlySet<string> = new Set(["integer", "number"]);

/** What is said of a property, or of what lies in it. */
function kindAt(kinds: FieldKinds, path: string): string {
  const own = kinds.get(path)?.kind;
  if (own !== undefined) return own;
  const within = `${path}.`;
  for (const other of kinds.keys()) if (other.startsWith(within)) return "object";
  return "";
}

/** The properties of events of a type that a metric reads. */
export function pathsRead({ source, filters, dimensions }: MetricDefinition, type: string): Set<string> {
  const selects = (event: EventSelector | undefined): boolean => (event?.type || type) === type;
  const selectors =
    source.case === "visits" ? [source.value.event] : (source.value?.series ?? []).map(({ event }) => event);
  const own = selectors.filter(selects);
  if (own.length === 0) return new Set();
  const series = source.case === "trend" ? source.value.series.filter(({ event }) => selects(event)) : [];
  const read = [
    ...series.map(({ property }) => property),
    ...own.flatMap((event) => (event?.filters ?? []).map(({ property }) => property)),
    ...filters.map(({ property }) => property),
    ...dimensions.map(({ property }) => property),
  ];
  return new Set(read.flatMap(pathOf));
}

function pathOf(property: Property | undefined): string[] {
  const isOfEvent = property?.scope === PropertyScope.EVENT || property?.scope === PropertyScope.UNSPECIFIED;
  return property !== undefined && isOfEvent ? [property.name] : [];
}
