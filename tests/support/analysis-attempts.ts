import { expect } from "chai";
import type { TestProject } from "./own-project.js";

type Attempt = (ours: TestProject) => Promise<void>;

/** Asks every analysis with the keys of a project that has nothing, while another has events. */
export const analysisAttempts: Readonly<Record<string, Attempt>> = {
  "QueryService.QueryStickiness": async ({ query }) => {
    expect((await query.queryStickiness({})).activeUsers).to.equal(0n);
  },
  "QueryService.QueryExperiment": async ({ query }) => {
    const variant = { scope: 2, name: "country" };
    const metrics = [{ name: "any", measure: 1 }];
    const { variants } = await query.queryExperiment({ exposure: {}, variant, control: "a", metrics });
    expect(variants.map(({ users }) => users)).to.deep.equal([0n]);
  },
  "QueryService.QueryPaths": async ({ query }) => {
    expect((await query.queryPaths({})).paths).to.equal(0n);
  },
  "QueryService.QuerySessions": async ({ query }) => {
    expect((await query.querySessions({})).total?.visits).to.equal(0n);
  },
  "QueryService.QueryTrend": async ({ query }) => {
    const { lines } = await query.queryTrend({ series: [{}] });
    expect(lines.map(({ total }) => total?.value)).to.deep.equal([0]);
  },
};
