import { create } from "@bufbuild/protobuf";
import { expect } from "chai";
import { QueryFunnelResponseSchema } from "../../gen/ts/tideline/query/v1/funnel_pb.js";
import { funnelCsv, funnelTable } from "./funnel.js";

const answer = create(QueryFunnelResponseSchema, {
  rows: [
    {
      breakdown: [{ value: "AT" }],
      steps: [
        { users: 1_200n, share: 1 },
        { users: 300n, share: 0.25, averageSeconds: 5_400, medianSeconds: 90 },
      ],
      pending: 7n,
      overTime: [{ entered: 4n, converted: 1n, conversionPercent: 25 }],
      timeToConvert: {
        averageSeconds: 90,
        bins: [
          { fromSeconds: 60, users: 2n },
          { fromSeconds: 100_000, users: 0n },
        ],
      },
    },
    {
      isOther: true,
      steps: [
        { users: 1n, share: 1 },
        { users: 0n, share: 0 },
      ],
    },
  ],
  otherValues: 3n,
  buckets: [{ seconds: 1_700_000_000n }],
  openBuckets: [0],
});

describe("a funnel in the terminal", () => {
  it("is a table with bars, by value, by time of entry and by the time it took", () => {
    const lines = funnelTable(answer, ["signup", "purchase\u001b[2J"]).split("\n");
    expect(lines[0]).to.match(/^by +step +users +share +median +average$/);
    expect(lines[2]).to.match(/^AT +1 signup +1,200 +100\.0% +- +- +█{24}$/);
    expect(lines[3]).to.match(/^ +2 purchase\uFFFD\[2J +300 +25\.0% +90 s +90\.0 min +█{6}$/);
    expect(lines[4]).to.contain("Other  1 signup");
    const text = lines.join("\n");
    expect(text).to.contain("2023-11-14T22:13:20Z");
    expect(text).to.contain("time to convert, average 90 s");
    expect(text).to.contain("27.8 h");
    expect(lines.at(-1)).to.equal("7 with an open window · 3 more values · 1 open buckets");
  });

  it("is CSV, a row a step", () => {
    expect(funnelCsv(answer, ["signup", 'a "b"']).split("\n")).to.deep.equal([
      "by,step,name,users,share,median_seconds,average_seconds",
      "AT,1,signup,1200,1,,",
      'AT,2,"a ""b""",300,0.25,90,5400',
      "Other,1,signup,1,1,,",
      'Other,2,"a ""b""",0,0,,',
    ]);
  });
});
