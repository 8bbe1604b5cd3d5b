import { expect } from "chai";
import { LifecycleStatus } from "../../gen/ts/tideline/query/v1/lifecycle_pb.js";
import { Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { refusalOf } from "./fault.js";
import type { TestProject } from "./own-project.js";

type Attempt = (ours: TestProject) => Promise<void>;

/** Asks every analysis with the keys of a project that has nothing, while another has events. */
export const analysisAttempts: Readonly<Record<string, Attempt>> = {
  "QueryService.QueryFunnel": async ({ query }) => {
    const { rows } = await query.queryFunnel({ funnel: { steps: [{}, {}] } });
    expect(rows.map(({ steps }) => steps.map(({ users }) => users))).to.deep.equal([[0n, 0n]]);
  },
  "QueryService.ListFunnelUsers": async ({ query }) => {
    expect((await query.listFunnelUsers({ funnel: { steps: [{}, {}] } })).users).to.deep.equal([]);
  },
  "QueryService.QueryStickiness": async ({ query }) => {
    expect((await query.queryStickiness({})).activeUsers).to.equal(0n);
  },
  "QueryService.QueryExperiment": async ({ query }) => {
    const variant = { scope: 2, name: "country" };
    const metrics = [{ name: "any", measure: 1 }];
    const { variants } = await query.queryExperiment({ exposure: {}, variant, control: "a", metrics });
    expect(variants.map(({ users }) => users)).to.deep.equal([0n]);
  },
  "QueryService.ListStickinessUsers": async ({ query }) => {
    const { userIds } = await query.listStickinessUsers({ stickiness: { cumulative: true }, intervals: 1 });
    expect(userIds).to.deep.equal([]);
  },
  "QueryService.QueryRetention": async ({ query }) => {
    const { series } = await query.queryRetention({});
    expect(series.flatMap(({ cohorts }) => cohorts.filter(({ users }) => users > 0n))).to.deep.equal([]);
  },
  "QueryService.ListRetentionUsers": async ({ query }) => {
    const { cohorts } = await query.queryRetention({ period: Interval.MONTH });
    for (const cohort of cohorts) {
      const { users } = await query.listRetentionUsers({ retention: { period: Interval.MONTH }, cohort });
      expect(users).to.deep.equal([]);
    }
  },
  "QueryService.QueryLifecycle": async ({ query }) => {
    const answer = await query.queryLifecycle({});
    const counts = [answer.newUsers, answer.returningUsers, answer.resurrectingUsers, answer.dormantUsers];
    expect(counts.flat().filter((count) => count > 0n)).to.deep.equal([]);
  },
  "QueryService.ListLifecycleUsers": async ({ query }) => {
    const { buckets } = await query.queryLifecycle({ interval: Interval.MONTH });
    const lifecycle = { interval: Interval.MONTH };
    for (const bucket of buckets) {
      const { userIds } = await query.listLifecycleUsers({ lifecycle, bucket, status: LifecycleStatus.NEW });
      expect(userIds).to.deep.equal([]);
    }
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
  ...Object.fromEntries(
    (["PutCohort", "DeleteCohort"] as const).map((name) => [
      `QueryService.${name}`,
      async ({ query }: TestProject) => {
        const cohort = {
          cohortId: "a-cohort",
          rule: { rule: { case: "cohortId" as const, value: "theirs" } },
        };
        const call = name === "PutCohort" ? query.putCohort({ cohort }) : query.deleteCohort(cohort);
        expect(await refusalOf(call)).to.include({ code: "PERMISSION_DENIED", reason: "SCOPE_MISSING" });
      },
    ]),
  ),
  "QueryService.GetCohort": ({ query }) => notTheirs(query.getCohort({ cohortId: "a-cohort" })),
  "QueryService.ListCohortMembers": ({ query }) =>
    notTheirs(query.listCohortMembers({ cohortId: "a-cohort" })),
  "QueryService.ListCohorts": async ({ query }) => {
    expect((await query.listCohorts({})).cohorts).to.deep.equal([]);
  },
};

async function notTheirs(call: Promise<unknown>): Promise<void> {
  expect(await refusalOf(call)).to.include({ code: "NOT_FOUND", reason: "COHORT_NOT_FOUND" });
}
