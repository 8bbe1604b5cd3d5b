import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { QueryLifecycleResponseSchema } from "../../gen/ts/tideline/query/v1/lifecycle_pb.js";
import { QueryMetricsResponseSchema } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { Interval } from "../../gen/ts/tideline/query/v1/question_pb.js";
import { QueryRetentionResponseSchema } from "../../gen/ts/tideline/query/v1/retention_pb.js";
import { QueryStickinessResponseSchema } from "../../gen/ts/tideline/query/v1/stickiness_pb.js";
import { lifecycleCsv, lifecycleTable, stickinessCsv, stickinessTable } from "./activity.js";
import { bar, shownNumber } from "./bars.js";
import { retentionCsv, retentionTable } from "./retention.js";
import { seriesCsv, seriesTable } from "./series.js";
import { safeText, textTable } from "./table.js";

const value = (number: number) => ({ value: number, hasValue: true });
const answer = create(QueryMetricsResponseSchema, {
  buckets: [Date.UTC(2026, 9, 31, 23), Date.UTC(2026, 10, 1, 23)].map((ms) => timestampFromMs(ms)),
  series: [
    { breakdown: [{ value: 'D"E' }], values: [value(4), value(2.5)], total: value(6.5) },
    { breakdown: [{ missing: true }], values: [{ hasValue: false }, value(0)], total: value(0) },
    { isOther: true, values: [value(1), value(1)], total: value(2) },
  ],
  otherValues: 3n,
  info: { timeZone: "Europe/Vienna", source: "rollup" },
});

describe("what the command line shows", () => {
  it("sets numbers to the right, and names to the left", () => {
    const text = textTable(
      ["name", "n"],
      [
        ["a", 1_000],
        ["bcdef", 2],
      ],
    );
    expect(text.split("\n")).to.deep.equal(["name       n", "─────  ─────", "a      1,000", "bcdef      2"]);
  });

  it("lets no text command the terminal, or run on", () => {
    expect(safeText("a\u001b[2Jb\nc\u0000")).to.equal("a\uFFFD[2Jb\uFFFDc\uFFFD");
    expect(safeText("abcdef", 4)).to.equal("abc…");
  });

  it("draws bars in eighths, and numbers for people", () => {
    expect(bar(10, 10, 4)).to.equal("████");
    expect(bar(1, 16, 2)).to.equal("▏");
    expect(bar(0, 10)).to.equal("");
    expect(bar(-1, 10)).to.equal("");
    expect([shownNumber(1234567), shownNumber(2.5), shownNumber(0.12345)]).to.deep.equal([
      "1,234,567",
      "2.50",
      "0.1235",
    ]);
  });

  it("names days by the zone of the answer, and says what it stands on", () => {
    const text = seriesTable(answer, Interval.DAY);
    expect(text).to.match(/2026-11-01 +D"E +4 +█/);
    expect(text).to.match(/2026-11-01 +\(missing\) +-/);
    expect(text).to.match(/2026-11-02 +Other +1/);
    expect(text).to.include("3 more values · Europe/Vienna · from rollup");
    expect(seriesTable(answer, Interval.UNSPECIFIED)).to.match(/D"E +6\.50/);
  });

  it("writes CSV that spreadsheets read", () => {
    expect(seriesCsv(answer, Interval.DAY).split("\n").slice(0, 4)).to.deep.equal([
      "time,by,value",
      '2026-11-01,"D""E",4',
      '2026-11-02,"D""E",2.5',
      "2026-11-01,(missing),",
    ]);
  });

  it("shows retention as a triangle of percentages", () => {
    const cell = (users: bigint) => ({ users, hasValue: true });
    const retention = create(QueryRetentionResponseSchema, {
      cohorts: [Date.UTC(2026, 9, 4), Date.UTC(2026, 9, 11)].map((ms) => timestampFromMs(ms)),
      series: [
        {
          breakdown: [{ value: "AT" }],
          cohorts: [
            { users: 8n, cells: [cell(8n), cell(2n)] },
            { users: 0n, cells: [cell(0n), { hasValue: false }] },
          ],
          average: [value(1), value(0.25)],
        },
      ],
      otherValues: 2n,
      info: { timeZone: "UTC" },
    });
    expect(retentionTable(retention, Interval.WEEK).split("\n")).to.deep.equal([
      "AT",
      "cohort      users  0       1",
      "──────────  ─────  ──────  ──────",
      "2026-10-04      8  100.0%   25.0%",
      "2026-10-11      0",
      "average         8  100.0%   25.0%",
      "",
      "2 more values · UTC",
    ]);
    expect(retentionCsv(retention, Interval.WEEK).split("\n")).to.deep.equal([
      "by,cohort,cohort_users,column,users",
      "AT,2026-10-04,8,0,8",
      "AT,2026-10-04,8,1,2",
      "AT,2026-10-11,0,0,0",
    ]);
  });

  it("shows lifecycle and stickiness with bars", () => {
    const lifecycle = create(QueryLifecycleResponseSchema, {
      buckets: [timestampFromMs(Date.UTC(2026, 9, 4))],
      ...{ newUsers: [3n], returningUsers: [1n], resurrectingUsers: [0n], dormantUsers: [2n] },
      info: { timeZone: "UTC", historyFrom: timestampFromMs(Date.UTC(2026, 8, 1)) },
    });
    const [head, , row, notes] = lifecycleTable(lifecycle, Interval.DAY).split("\n");
    expect(head).to.match(/^time +new +returning +resurrecting +dormant +active$/);
    expect(row).to.match(/^2026-10-04 +3 +1 +0 +2 +4 +█+$/);
    expect(notes).to.equal("UTC · what came first is known from 2026-09-01T00:00:00.000Z on");
    expect(lifecycleCsv(lifecycle, Interval.DAY)).to.equal(
      "time,new,returning,resurrecting,dormant\n2026-10-04,3,1,0,2",
    );
    const stickiness = create(QueryStickinessResponseSchema, { users: [4n, 0n], activeUsers: 4n });
    expect(stickinessTable(stickiness)).to.match(/intervals +users\n.*\n +1 +4 +█+\n +2 +0\n4 users active/);
    expect(stickinessCsv(stickiness)).to.equal("intervals,users\n1,4\n2,0");
  });
});
