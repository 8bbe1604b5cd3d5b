import { expect } from "chai";
import { allOf, anyOf, bind, listOf, type OwnRows, sql } from "./sql.js";
import { Tenant } from "./tenant.js";

const hostile = [
  "'; DROP TABLE events; --",
  "{p0:String}",
  "{x:Identifier}",
  "`\\'\"",
  "a\0b",
  "line\nline",
  "/* */ -- #",
  "naïve 日本 😀",
  "%s $1 ?",
];

describe("a tenant's statements", () => {
  const tenant = new Tenant("proj");

  it("carry the condition on the project, once bound, for each source", () => {
    const inner = sql`SELECT id ${tenant.from("identities")}`;
    const { text, parameters } = tenant.statement(
      sql`SELECT count() ${tenant.from("events", sql`LEFT ANY JOIN (${inner}) AS who ON who.id = e.visitor_id`)}`,
    );
    expect(text).to.equal(
      "SELECT count() FROM events AS e LEFT ANY JOIN " +
        "(SELECT id FROM identities AS e WHERE e.project_id = {p0:String}) " +
        "AS who ON who.id = e.visitor_id WHERE e.project_id = {p0:String}",
    );
    expect(parameters).to.deep.equal({ p0: "proj" });
  });

  it("never hold a text of the request", () => {
    const calm = (values: readonly string[]) => {
      const conditions = values.map((value) => sql`e.type = ${bind.text(value)}`);
      const any = sql`e.country IN ${bind.texts(values)}`;
      const where = allOf([anyOf(conditions), any]);
      return tenant.statement(
        sql`SELECT ${listOf([bind.int64(1n), sql`e.type`])} ${tenant.from("events")} AND ${where}`,
      );
    };
    const { text, parameters } = calm(hostile);
    expect(text).to.equal(calm(hostile.map(() => "x")).text);
    expect(Object.values(parameters)).to.include.members(hostile);
  });

  it("can't be built without a source, or of a table that is named by itself", () => {
    expect(() => tenant.statement(sql`SELECT 1`)).to.throw("no rows of a tenant");
    const own = tenant.from("events");
    const named = [
      sql`SELECT (SELECT count() FROM events) ${own}`,
      sql`SELECT (SELECT count() FROM ${sql`events`}) ${own}`,
      sql`SELECT (SELECT count() FROM ${bind.identifier("events")}) ${own}`,
      sql`SELECT 1 ${tenant.from("events", sql`JOIN events AS f ON f.event_id = e.event_id`)}`,
      sql`SELECT 1 ${own} UNION ALL SELECT 2 from ${sql`"events"`}`,
    ];
    for (const body of named) expect(() => tenant.statement(body)).to.throw("a table is named");
  });

  it("refuse rows of another tenant, and an empty project", () => {
    const foreign: OwnRows = new Tenant("other").from("events");
    expect(() => tenant.statement(sql`SELECT 1 ${foreign}`)).to.throw("another tenant");
    expect(() => new Tenant("")).to.throw("without a project");
  });

  it("are made of template literals alone", () => {
    const forged = Object.assign(["SELECT 1"], { raw: ["SELECT 1"] });
    expect(() => sql(forged)).to.throw("not a template");
  });
});
