import { expect } from "chai";
import { refusalOf } from "./fault.js";
import type { TestProject } from "./own-project.js";

type Attempt = (ours: TestProject) => Promise<void>;

/** Reaches for metrics with a key that asks; what another project defines is nobody else's: metric.it.ts. */
export const metricAttempts: Readonly<Record<string, Attempt>> = {
  "QueryService.ListTrendUsers": async ({ query }) => {
    expect((await query.listTrendUsers({ trend: { series: [{}] } })).userIds).to.deep.equal([]);
  },
  "QueryService.QueryMetric": async ({ query }) => {
    const { answer } = await query.queryMetric({ name: "dau" });
    expect(answer?.lines.map(({ total }) => total?.value)).to.deep.equal([0]);
  },
  "QueryService.GetMetric": async ({ query }) => {
    expect(await refusalOf(query.getMetric({ name: "theirs" }))).to.include({ reason: "METRIC_NOT_FOUND" });
  },
  "QueryService.ListMetrics": async ({ query }) => {
    // Those that every project has.
    const { metrics } = await query.listMetrics({});
    expect(metrics.every(({ version }) => version === 0)).to.equal(true);
  },
  "QueryService.DefineMetric": async ({ query }) => {
    const definition = { name: "ours", kind: 1, source: { case: "trend" as const, value: { series: [{}] } } };
    expect(await refusalOf(query.defineMetric({ definition }))).to.include({ reason: "SCOPE_MISSING" });
  },
  "QueryService.DeleteMetric": async ({ query }) => {
    expect(await refusalOf(query.deleteMetric({ name: "theirs" }))).to.include({ reason: "SCOPE_MISSING" });
  },
};
