import { expect } from "chai";
import { parseLogLine } from "./combined-log.js";

const line =
  '83.149.9.216 - ada [17/May/2015:10:05:03 +0000] "GET /a?b=%22 HTTP/1.1" 200 2030 "http://x.ex/" "Agent \\"7\\""';

describe("an access log's line", () => {
  it("is taken apart", () => {
    expect(parseLogLine(line)).to.deep.equal({
      ip: "83.149.9.216",
      user: "ada",
      time: "17/May/2015:10:05:03 +0000",
      method: "GET",
      path: "/a?b=%22",
      protocol: "HTTP/1.1",
      status: 200,
      bytes: 2030,
      referrer: "http://x.ex/",
      agent: 'Agent "7"',
    });
  });

  it("may be of the common format, have nothing sent, or a request nobody understood", () => {
    const record = parseLogLine('::1 - - [17/May/2015:10:05:03 +0000] "\\x16\\x03" 400 -');
    expect(record).to.include({ ip: "::1", status: 400 });
    expect(record?.bytes).to.equal(undefined);
    expect(record?.path).to.equal(undefined);
    expect(record?.agent).to.equal(undefined);
  });

  it("is none where a quote doesn't end", () => {
    expect(parseLogLine(line.slice(0, -1))).to.equal(undefined);
    expect(parseLogLine("")).to.equal(undefined);
  });
});
