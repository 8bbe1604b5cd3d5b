import { expect } from "chai";
import { ExactNumber, parseExact, stringifyExact } from "./exact.js";

describe("exact JSON values", () => {
  it("keep digits that a double would lose", () => {
    const text = '{"a":12345678901234567890,"b":0.1000000000000000055,"c":1.5,"d":-0.0,"e":1E2,"f":[]}';
    const value = parseExact(text);
    expect(value).to.be.instanceOf(Map);
    expect((value as Map<string, unknown>).get("a")).to.be.instanceOf(ExactNumber);
    expect((value as Map<string, unknown>).get("e")).to.equal(100);
    expect(stringifyExact(value)).to.equal(
      '{"a":12345678901234567890,"b":0.1000000000000000055,"c":1.5,"d":0,"e":100,"f":[]}',
    );
  });

  it("read and write all else as JSON does", () => {
    const texts = ['{"__proto__":{"a":[1,true,false,null,"\\u0000\\"é"]},"":{}}', "[[],[[]],{}]", '"a"', "5"];
    for (const text of texts) {
      const spaced = JSON.stringify(JSON.parse(text), undefined, 2);
      expect(JSON.parse(stringifyExact(parseExact(spaced)))).to.deep.equal(JSON.parse(text));
    }
  });
});
