import { expect } from "chai";
import { sql } from "../sql/sql.js";
import { Tenant } from "../sql/tenant.js";
import type { AskedFrame } from "./frame.js";
import { pageOfUsers, type UserPlace, userPage, userPageSql } from "./user-pages.js";

const frame: AskedFrame = {
  range: { fromMs: 1_000, toMs: 2_000, endsNow: true, startsOpen: true, isStartChosen: true },
  timeZone: "UTC",
  weekStart: "monday",
  filters: [],
  semantics: "native",
  nowMs: 2_000,
  isNowClock: true,
  explain: false,
  maxStalenessMs: 0,
};
const later: AskedFrame = { ...frame, range: { ...frame.range, fromMs: 5_000, toMs: 6_000 }, nowMs: 6_000 };
const asked = { projectId: "mine", question: ["ListSome", {}], frame, pageSize: 2, pageToken: "" };
const rows: UserPlace[] = ["a", "b", "c\0\"'"].map((userId) => ({ rank: 7, userId }));
const asIs = (row: UserPlace): UserPlace => row;

describe("pages of users", () => {
  it("go on after the last user of the page before, in the range and at the present of the first", () => {
    const first = userPage(asked);
    expect(first).to.include({ size: 2, frame }).and.not.have.property("after");
    const { users, nextPageToken } = pageOfUsers(first, rows, asIs);
    expect(users).to.deep.equal(rows.slice(0, 2));
    const second = userPage({ ...asked, frame: later, pageSize: 3, pageToken: nextPageToken });
    expect(second.after).to.deep.equal(rows[1]);
    expect(second.frame).to.deep.include({ nowMs: 2_000, isNowClock: false });
    expect(second.frame.range).to.deep.include({ fromMs: 1_000, toMs: 2_000, endsNow: false });
    expect(pageOfUsers(second, rows, asIs).nextPageToken).to.equal("");
  });

  it("carry any id", () => {
    const { nextPageToken } = pageOfUsers({ ...userPage(asked), size: 1 }, rows.slice(2).concat(rows), asIs);
    expect(userPage({ ...asked, pageToken: nextPageToken }).after).to.deep.equal(rows[2]);
  });

  it("are good for their own question and project only", () => {
    const { nextPageToken: pageToken } = pageOfUsers(userPage(asked), rows, asIs);
    for (const other of [{ projectId: "yours" }, { question: ["ListSome", { row: 1 }] }]) {
      expect(() => userPage({ ...asked, ...other, pageToken })).to.throw("page_token");
    }
    expect(() => userPage({ ...asked, pageToken: "bm90aGluZw" })).to.throw("page_token");
  });

  it("go by rank first where there is one", () => {
    const page = { ...userPage(asked), after: { rank: 3, userId: "b" } };
    const tenant = new Tenant("mine");
    const { isAfter, order } = userPageSql(page, sql`n`);
    const statement = tenant.statement(sql`SELECT 1 ${tenant.from("events")} AND ${isAfter} ${order}`);
    expect(statement.text).to.match(
      /n < \{\w+:Int64\} OR \(n = \{\w+:Int64\} AND person > \{\w+:String\}\)\)/,
    );
    expect(statement.text).to.match(/ORDER BY n DESC, person LIMIT \{\w+:UInt64\}$/);
  });
});
