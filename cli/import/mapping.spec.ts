import { expect } from "chai";
import { readMapping } from "./mapping.js";
import { MappingError } from "./record.js";

const least = { format: "csv", event: { type: { const: "x" } } };

describe("a mapping file", () => {
  it("has defaults for all but format and type", () => {
    expect(readMapping(least)).to.deep.include({
      format: "csv",
      encoding: "utf-8",
      csv: { delimiter: ",", columns: undefined, skipRecords: 0 },
      properties: {},
      restExcept: undefined,
    });
    expect(readMapping({ ...least, rest: true }).restExcept).to.deep.equal([]);
  });

  it("is refused by the place of what is wrong", () => {
    const wrong: [object, string][] = [
      [{ ...least, format: "xml" }, "format"],
      [{ format: "csv", event: {} }, "event.type"],
      [{ ...least, event: { type: "t", user: "u" } }, '"user"'],
      [{ ...least, propertes: {} }, '"propertes"'],
      [{ ...least, csv: { delimiter: "::" } }, "csv.delimiter"],
      [{ ...least, rest: { except: "a" } }, "rest.except"],
      [{ ...least, encoding: "ebcdic" }, "encoding"],
      [[], "the mapping"],
    ];
    for (const [mapping, where] of wrong)
      expect(() => readMapping(mapping), where).to.throw(MappingError, where);
  });
});
