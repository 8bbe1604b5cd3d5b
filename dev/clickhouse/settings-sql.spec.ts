import { expect } from "chai";
import { EngineError } from "./engine-error.js";
import { quotedName, setStatement } from "./settings-sql.js";

const bytes = (text: string) => new Map([["p", Buffer.from(text)]]);

describe("the SET statement of a call", () => {
  it("is left out where there is nothing to set", () => {
    expect(setStatement(new Map(), new Map())).to.equal(undefined);
  });

  it("lets no value out of its quotes", () => {
    const sql = setStatement(
      new Map([["max_threads", Buffer.from("2")]]),
      bytes("a'; DROP TABLE t -- \\é\n"),
    );
    expect(sql).to.equal("SET max_threads='2', param_p='a\\x27\\x3b DROP TABLE t -- \\x5c\\xc3\\xa9\\x0a'");
    expect(quotedName("a`b")).to.equal("`a\\x60b`");
  });

  it("refuses names that are none", () => {
    for (const name of ["a=1, b", "", "1a", "a b", "a'"]) {
      expect(() => setStatement(new Map([[name, Buffer.from("1")]]), new Map())).to.throw(EngineError);
      expect(() => setStatement(new Map(), new Map([[name, Buffer.from("1")]]))).to.throw(EngineError);
    }
  });
});
