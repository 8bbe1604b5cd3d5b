import { expect } from "chai";
import { repairLog } from "./log-repair.js";

const line = (operation: number, part: string) => `${operation}\t${part}\t202601_1_2\n`;

describe("the repair of a deduplication log", () => {
  it("leaves a log alone whose parts are all there, merged or not", () => {
    const log = line(1, "202601_1_1_0") + line(1, "202601_3_3_0") + line(1, "202601_4_4_0");
    expect(repairLog(log, ["202601_1_3_1", "202601_4_4_0_7"])).to.deep.equal({ text: log, dropped: 0 });
  });

  it("drops a record whose part was never renamed into place", () => {
    const log = line(1, "all_1_1_0") + line(1, "all_2_2_0");
    const folders = ["all_1_1_0", "tmp_insert_all_2_2_0", "detached", "format_version.txt"];
    expect(repairLog(log, folders)).to.deep.equal({ text: line(1, "all_1_1_0"), dropped: 1 });
  });

  it("compares blocks within their own partition", () => {
    const log = line(1, "202602_2_2_0");
    expect(repairLog(log, ["202601_1_9_1"]).dropped).to.equal(1);
  });

  it("keeps what the log says of parts that were dropped", () => {
    const log = line(2, "all_1_1_0");
    expect(repairLog(log, [])).to.deep.equal({ text: log, dropped: 0 });
  });

  it("drops a line that was not written to its end", () => {
    const whole = line(1, "all_1_1_0");
    expect(repairLog(`${whole}1\tall_2_2`, ["all_1_2_1"])).to.deep.equal({ text: whole, dropped: 1 });
    expect(repairLog(`${whole}1\tall_2_2_0\t202601_1_2`, ["all_1_2_1"]).dropped).to.equal(1);
  });
});
