import { expect } from "chai";
import type { AnalyticsCase, Answer } from "./case-shape.js";
import { unmet } from "./expectation.js";

/** Where an answer differs from what is expected. */
function where(expected: Answer, got: Answer): string[] {
  return unmet({ expected } as AnalyticsCase, got).map((failure) => failure.where);
}

describe("Expectations of analytics cases", () => {
  it("null is not asserted, and numbers meet within the tolerance", () => {
    expect(where({ counts: [3, null, 1] }, { counts: [3, 9, 1] })).to.deep.equal([]);
    expect(where({ counts: [3, null, 1] }, { counts: [3, 9, 2] })).to.deep.equal(["counts[2]"]);
    expect(where({ counts: [3] }, { counts: [3, 1] })).to.deep.equal(["counts"]);
    expect(where({ counts: [3] }, {})).to.deep.equal(["counts"]);
    expect(where({ average: 1.5, tolerance: 0.5 }, { average: 2 })).to.deep.equal([]);
    expect(where({ average: 1.5, tolerance: 0.5 }, { average: 2.1 })).to.deep.equal(["average"]);
  });

  it("times are instants", () => {
    const expected = { times: ["2024-05-01T00:00:00-07:00"] };
    expect(where(expected, { times: ["2024-05-01T07:00:00.000Z"] })).to.deep.equal([]);
    expect(where(expected, { times: ["2024-05-01T00:00:00.000Z"] })).to.deep.equal(["times[0]"]);
  });

  it("users stand in any order, unless that is asserted", () => {
    const users = (of: string[]) => ({ users_at_step: { "1": of } });
    expect(where(users(["a", "b"]), users(["b", "a"]))).to.deep.equal([]);
    expect(where(users(["a", "b"]), users(["a"]))).to.deep.equal(["users_at_step.1"]);
    const row = (of: string[]) => ({ row_users: [{ row: 0, users: of }] });
    const ordered = { row_users: [{ row: 0, users: ["a", "b"], users_ordered: true }] };
    expect(where(ordered, row(["a", "b"]))).to.deep.equal([]);
    expect(where(ordered, row(["b", "a"]))).to.have.length(2);
  });

  it("rows of a breakdown are found by their value", () => {
    const expected = {
      breakdown: [
        { value: [""], counts: [1] },
        { value: ["x"], counts: [2] },
      ],
    };
    const got = [
      { value: ["x"], counts: [2] },
      { value: [null], counts: [1] },
      { value: ["y"], counts: [7] },
    ];
    expect(where(expected, { breakdown: got })).to.deep.equal([]);
    expect(where(expected, { breakdown: got.slice(1) })).to.deep.equal(['breakdown[["x"]]']);
    expect(
      where(
        { every_breakdown_row_counts: [2, null] },
        { breakdown: [{ counts: [2, 1] }, { counts: [1, 1] }] },
      ),
    ).to.deep.equal(["every row.counts 1[0]"]);
    expect(
      where(
        { order_asserted: true, by_breakdown: [{ value: ["x"] }, { value: [""] }] },
        { by_breakdown: got },
      ),
    ).to.deep.equal(["by_breakdown"]);
  });

  it("of a partial line the listed buckets are asserted, of a whole one all", () => {
    const buckets = [
      { time: "2024-05-01T00:00:00Z", value: 1 },
      { time: "2024-05-02T00:00:00Z", value: 2 },
    ];
    const got = { series: [{ buckets }] };
    expect(where({ series: [{ partial: true, buckets: buckets.slice(1) }] }, got)).to.deep.equal([]);
    expect(where({ series: [{ buckets: buckets.slice(1) }] }, got)).to.deep.equal(["series[0].buckets"]);
  });

  it("a cell of a matrix beyond the range may be left out where 0 is expected, and no other", () => {
    const expected = {
      matrix: [
        [2, 0],
        [1, 0],
      ],
    };
    expect(
      where(expected, {
        matrix: [
          [2, 0],
          [1, null],
        ],
      }),
    ).to.deep.equal([]);
    expect(
      where(expected, {
        matrix: [
          [2, null],
          [1, null],
        ],
      }),
    ).to.deep.equal(["matrix[0][1]"]);
    expect(
      where(
        {
          matrix: [
            [2, 1],
            [1, 1],
          ],
        },
        { matrix: [[2, 1], [1]] },
      ),
    ).to.deep.equal(["matrix[1][1]"]);
  });

  it("edges are found by their ends; more of them are no failure", () => {
    const edge = { source: "/a", source_step: 1, target: "/b", target_step: 2 };
    const expected = { edges: [{ ...edge, count: 2 }] };
    const other = { ...edge, source_step: 2, count: 1 };
    expect(where(expected, { edges: [other, { ...edge, count: 2, average_seconds: 1 }] })).to.deep.equal([]);
    expect(where(expected, { edges: [{ ...edge, count: 3 }] })).to.have.length(1);
    expect(where(expected, { edges: [other] })).to.have.length(1);
  });
});
