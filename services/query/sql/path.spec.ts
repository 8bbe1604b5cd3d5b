import { expect } from "chai";
import { Fault } from "../../../platform/fault.js";
import { keysOf, pathSql } from "./path.js";
import { sql } from "./sql.js";
import { Tenant } from "./tenant.js";

/** The statement that reads a path, and what is bound in it. */
function read(name: string): { text: string; bound: unknown[] } {
  const tenant = new Tenant("p");
  const { value, asInt64, below } = pathSql(keysOf(name), "property.name");
  const { text, parameters } = tenant.statement(
    sql`SELECT ${value}, ${asInt64}, ${below} ${tenant.from("events")}`,
  );
  return { text, bound: Object.values(parameters) };
}

describe("a property's name", () => {
  it("is a path of keys; a backslash before a dot or a backslash makes it a part of the key", () => {
    const cases: Record<string, string[]> = {
      amount: ["amount"],
      "cart.total": ["cart", "total"],
      "cart\\.total": ["cart.total"],
      "a\\\\.b": ["a\\", "b"],
      "a\\b": ["a\\b"],
      "a\\": ["a\\"],
      "": [""],
      ".": ["", ""],
      "a..b": ["a", "", "b"],
      "日本.😀": ["日本", "😀"],
    };
    for (const [name, keys] of Object.entries(cases)) expect(keysOf(name), name).to.deep.equal(keys);
  });

  it("is bound as an identifier, by which the engine reads that path alone", () => {
    const { text, bound } = read("cart\\.x.total amount");
    expect(text).to.equal(
      "SELECT e.properties.{p0:Identifier}, e.properties.{p0:Identifier}.:Int64, e.properties.{p1:Identifier} " +
        "FROM events AS e WHERE e.project_id = {p2:String}",
    );
    expect(bound).to.deep.equal(["cart%2Ex.total amount", "^`cart%2Ex.total amount`", "p"]);
  });

  it("is bound as a text where an identifier can't carry it, and never written into the statement", () => {
    const plain = read("'");
    expect(plain.text).to.match(/^SELECT getSubcolumn\(e\.properties, \{p0:String\}\)/);
    const hostile = [
      "it's",
      "a\0b",
      "line\n",
      "back\\slash",
      "tick`",
      "",
      "a.",
      "'); DROP TABLE events; --",
      "\u007f",
    ];
    for (const name of hostile) {
      expect(read(name).text, JSON.stringify(name)).to.equal(plain.text);
      expect(read(name).bound[0], JSON.stringify(name)).to.equal(keysOf(name).join("."));
    }
    expect(read("we`ird\\").bound[2]).to.equal("^`we\\`ird\\\\`");
  });

  it("is refused where the engine would take it for its own syntax", () => {
    for (const name of ["^`a`", ":`Int64`", "a.^`b`", "a.:`String`"]) {
      expect(() => read(name), name).to.throw(Fault, "property.name");
    }
    for (const name of ["^a", ":Int64", "a.:b", "x`^`"]) expect(() => read(name), name).not.to.throw();
  });
});
