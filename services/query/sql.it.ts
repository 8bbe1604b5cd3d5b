import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { ConnectError } from "@connectrpc/connect";
import { expect } from "chai";
import { Scope } from "../../gen/ts/tideline/admin/v1/project_pb.js";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import type { SqlResponse } from "../../gen/ts/tideline/query/v1/sql_pb.js";
import { openRedis } from "../../platform/engines/redis.js";
import { repoRoot } from "../../platform/root.js";
import { type House, openHouse } from "../../tests/query/house.js";
import { eventSet } from "./testing/event-set.js";
import { Persons } from "./testing/recount.js";
import { insertEvents } from "./testing/store.js";

const fromMs = Date.parse("2024-03-25T00:00Z");
const toMs = Date.parse("2024-04-12T00:00Z");

interface Refusal {
  readonly reason: FaultReason;
  readonly message: string;
  readonly facts: Readonly<Record<string, string>>;
}

async function refusal(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const wire = ConnectError.from(error);
    const [detail] = wire.findDetails(FaultDetailSchema);
    return { reason: detail?.reason ?? 0, message: wire.rawMessage, facts: detail?.facts ?? {} };
  }
  return expect.fail("was not refused");
}

describe("SQL that customers write", function () {
  this.timeout(90_000);
  let house: House;
  let mine: string;
  let other: string;
  const span = { fromMs, toMs, firstRawSequence: 1 };
  const events = eventSet({ project: "mine", seed: 7, count: 1_200, ...span });
  const foreign = eventSet({ project: "other", seed: 8, count: 300, ...span, firstRawSequence: 5_000 });
  const own = events.filter(({ is_system }) => !is_system);

  before(async () => {
    house = await openHouse();
    [mine, other] = [await house.project("mine"), await house.project("other")];
    await insertEvents(house.clickhouse, house.database, [...events, ...foreign]);
  });
  after(() => house?.stop());

  const sql = (statement: string, rest: object = {}, key = mine): Promise<SqlResponse> =>
    house.client(key).sql({ statement, ...rest });
  const values = async (statement: string, rest: object = {}, key = mine): Promise<string[][]> =>
    (await sql(statement, rest, key)).rows.map((row) => row.values);

  for (const over of ["connect", "grpc", "get"] as const) {
    it(`answers over ${over}`, async () => {
      const client = house.client(mine, over === "get" ? { useHttpGet: true } : { over });
      const answer = await client.sql({
        statement: "SELECT count() AS events, max(type) AS type FROM events",
      });
      const columns = answer.columns.map(({ name, type }) => [name, type]);
      expect(columns).to.deep.equal([
        ["events", "UInt64"],
        ["type", "String"],
      ]);
      expect(answer.rows.map((row) => row.values)).to.deep.equal([[String(own.length), '"signup"']]);
      expect(answer).to.include({ totalRows: 1n, nextPageToken: "" });
      expect(answer.info).to.include({ source: "raw", cached: false });
      expect(Number(answer.info?.rowsRead)).to.be.at.least(own.length);
    });
  }

  it("gives every value exactly, as JSON", async () => {
    const statement = `SELECT 18446744073709551615, -9223372036854775808, toInt256('${"9".repeat(60)}'), 0.1,
      toDecimal64('1.10', 2), nan, -inf, NULL, true, 'a"\\n/😀', [1, NULL], map('k', 9007199254740993),
      tuple(1, 'x'), toDate('2024-02-29'), toDateTime64('2024-02-29 01:02:03.456', 3, 'UTC')`;
    expect(await values(statement)).to.deep.equal([
      [
        ...["18446744073709551615", "-9223372036854775808", "9".repeat(60), "0.1", "1.1"],
        ...['"nan"', '"-inf"', "null", "true", '"a\\"\\n/😀"', "[1,null]", '{"k":9007199254740993}'],
        ...['[1,"x"]', '"2024-02-29"', '"2024-02-29T01:02:03.456Z"'],
      ],
    ]);
    const deep = "SELECT properties FROM events WHERE event_id = {id:String}";
    const [event] = own.filter(({ properties }) => properties.includes("9007199254740993"));
    const [[text = ""] = []] = await values(deep, { parameters: { id: event?.event_id ?? "" } });
    expect(text).to.contain('"mixed":9007199254740993');
  });

  it("binds values, each as it is", async () => {
    const hostile = "a'b\"c`\\d\n\t{x:String} -- ; DROP \u0000😀";
    const parameters = { n: "18446744073709551615", t: hostile, l: "['x', 'it\\'s']", d: "2024-03-25" };
    const statement = "SELECT {n:UInt64}, {t:String}, {l:Array(String)}, {d:Date}, {t:String} = {t:String}";
    const [[n, t = "", l, d, same] = []] = await values(statement, { parameters });
    expect([n, JSON.parse(t), JSON.parse(l ?? ""), d, same]).to.deep.equal([
      ...[parameters.n, hostile, ["x", "it's"], '"2024-03-25"', "1"],
    ]);
    const bad = await refusal(values("SELECT {n:UInt8}", { parameters: { n: "x" } }));
    expect(bad.reason).to.equal(FaultReason.SQL_INVALID);
    expect((await refusal(values("SELECT {n:UInt8}"))).facts).to.include({ line: "1", column: "9" });
    const long = { parameters: { a: "x".repeat(40_000), b: "y".repeat(40_000) } };
    expect((await refusal(values("SELECT 1", long))).facts).to.include({ field: "parameters" });
    expect((await refusal(values("SELECT 1", { parameters: { "a b": "1" } }))).reason).to.equal(
      FaultReason.REQUEST_INVALID,
    );
  });

  it("sees each project's own rows alone, and people as who they are now", async () => {
    const statement =
      "SELECT user_id, count() AS n, min(time), max(time) FROM events GROUP BY user_id ORDER BY user_id";
    for (const [key, all] of [
      [mine, events],
      [other, foreign],
    ] as const) {
      const persons = new Persons(all);
      const expected = new Map<string, { n: number; times: number[] }>();
      for (const { is_system, visitor_id, time_ms } of all) {
        if (is_system) continue;
        const person = visitor_id === "" ? "" : persons.of(visitor_id);
        const known = expected.get(person) ?? { n: 0, times: [] };
        expected.set(person, { n: known.n + 1, times: [...known.times, time_ms] });
      }
      const iso = (ms: number) => JSON.stringify(new Date(ms).toISOString());
      const rows = [...expected].map(([person, { n, times }]) => [
        ...[JSON.stringify(person), String(n), iso(Math.min(...times)), iso(Math.max(...times))],
      ]);
      expect(rows.length).to.be.above(20);
      expect(await values(statement, {}, key)).to.deep.equal(
        rows.sort((a, b) => (`${a[0]}` < `${b[0]}` ? -1 : 1)),
      );
      // The view of users says the same, and what is known of them.
      const users = `SELECT user_id, events, first_seen, last_seen FROM users WHERE events > 0 ORDER BY user_id`;
      const known = rows.filter(([person]) => person !== '""');
      expect(await values(users, {}, key)).to.deep.equal(known);
    }
  });

  it("reads traits as they were last said, of whichever id", async () => {
    const rows = await values(
      `SELECT user_id, traits.age, traits.home.city FROM users
      ORDER BY length(toJSONString(traits)) DESC, user_id LIMIT 15`,
    );
    let told = 0;
    for (const [user = "", age = "", city = ""] of rows) {
      const { traits } = await house.client(mine).getUser({ userId: JSON.parse(user) });
      expect(age, user).to.equal(traits["age"] ?? "null");
      const home = JSON.parse(traits["home"] ?? "{}") as { city?: unknown };
      expect(JSON.parse(city), user).to.deep.equal(home.city ?? null);
      if (Object.keys(traits).length > 0) told++;
    }
    expect(told).to.be.above(5);
  });

  it("pages through one result, whatever comes in meanwhile", async () => {
    const key = await house.project("paged");
    const stored = eventSet({ project: "paged", seed: 9, count: 2_000, ...span });
    await insertEvents(house.clickhouse, house.database, stored);
    const statement = "SELECT event_id, properties FROM events ORDER BY event_id DESC";
    const seen: string[] = [];
    let pageToken = "";
    for (let page = 0; page === 0 || pageToken !== ""; page++) {
      const answer = await sql(statement, { pageSize: 170 + page * 100, pageToken }, key);
      expect(answer.columns.map(({ name }) => name)).to.deep.equal(["event_id", "properties"]);
      expect(answer.info?.cached).to.equal(page > 0);
      seen.push(...answer.rows.map((row) => JSON.parse(row.values[0] ?? "")));
      pageToken = answer.nextPageToken;
      const late = eventSet({
        project: "paged",
        seed: 50 + page,
        count: 5,
        ...span,
        firstRawSequence: 900 + page,
      });
      await insertEvents(house.clickhouse, house.database, late);
    }
    const ids = stored.filter(({ is_system }) => !is_system).map(({ event_id }) => event_id);
    expect(seen).to.deep.equal(ids.sort().reverse());
  });

  it("cuts pages by their bytes", async () => {
    const statement = "SELECT number, repeat('x', 100000) FROM numbers(100)";
    const first = await sql(statement);
    expect(first.rows.length).to.be.within(25, 32);
    const second = await sql(statement, { pageToken: first.nextPageToken });
    expect(second.rows[0]?.values[0]).to.equal(String(first.rows.length));
    expect(second.totalRows).to.equal(100n);
  });

  it("takes a page's token for its statement, values and project alone, and says when it is stale", async () => {
    const statement = "SELECT number FROM numbers({n:UInt32})";
    const asked = { parameters: { n: "50" }, pageSize: 20 };
    const { nextPageToken: pageToken } = await sql(statement, asked);
    expect((await sql(statement, { ...asked, pageToken })).rows[0]?.values).to.deep.equal(["20"]);
    const invalid = [
      values(statement, { ...asked, pageToken }, other),
      values(`${statement} `, { ...asked, pageToken }),
      values(statement, { ...asked, parameters: { n: "51" }, pageToken }),
      values(statement, { ...asked, pageToken: "AAAA" }),
    ];
    for (const call of invalid) expect((await refusal(call)).reason).to.equal(FaultReason.PAGE_TOKEN_INVALID);
    const redis = await openRedis({ url: house.engines.redis, name: "sql test" });
    for (const key of await redis.keys(`${house.engines.prefix}:sql-result:mine:*`)) await redis.del(key);
    redis.disconnect();
    const { reason } = await refusal(values(statement, { ...asked, pageToken }));
    expect(reason).to.equal(FaultReason.PAGE_TOKEN_STALE);
  });

  it("streams Arrow that reads back as the same rows", async () => {
    const statement = `SELECT event_id, type, user_id, time, amount, properties.cart.total.:Int64 AS total,
      18446744073709551615 AS big FROM events ORDER BY event_id`;
    const pieces: Uint8Array[] = [];
    let rowsRead = 0n;
    for await (const { part } of house.client(mine, { over: "grpc" }).streamSql({ statement })) {
      if (part.case === "arrow") pieces.push(part.value);
      if (part.case === "info") rowsRead = part.value.rowsRead;
    }
    expect(Number(rowsRead)).to.be.at.least(1);
    const table = `${house.database}.arrow_back`;
    await house.clickhouse.command({
      query: `CREATE TABLE ${table} (event_id String, type String, user_id String, time DateTime64(3, 'UTC'),
        amount Float64, total Nullable(Int64), big UInt64) ENGINE = Memory`,
    });
    const inserted = await house.clickhouse.exec({
      query: `INSERT INTO ${table} FORMAT ArrowStream`,
      values: Readable.from(pieces.map((piece) => Buffer.from(piece))),
    });
    inserted.stream.resume();
    const back = await house.clickhouse.query({
      query: `SELECT * FROM ${table} ORDER BY event_id`,
      format: "JSONCompact",
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
    const { data } = await back.json<unknown[]>();
    const rows = (await values(statement, { pageSize: 10_000 })).map((row) =>
      row.map((text) => JSON.parse(text)),
    );
    expect(data.length).to.equal(own.length);
    expect(data).to.deep.equal(rows);
    const refused = async () => {
      for await (const _part of house.client(mine).streamSql({ statement: "SELECT * FROM system.one" }));
    };
    expect((await refusal(refused())).reason).to.equal(FaultReason.SQL_NOT_ALLOWED);
  });

  const faults: [string, FaultReason, Record<string, string>, RegExp][] = [
    ["SELECT foo FROM events", FaultReason.SQL_INVALID, { line: "1", column: "8" }, /`foo`/],
    ["SELECT 1,\n  'ö', tpye\nFROM events", FaultReason.SQL_INVALID, { line: "2", column: "8" }, /`tpye`/],
    ["SELECT 'ö' FROM\n  FROM events", FaultReason.SQL_INVALID, { line: "2", column: "8" }, /"events"/],
    ["SELECT (1", FaultReason.SQL_INVALID, { line: "1", column: "8" }, /parentheses/],
    ["SELECT 'it", FaultReason.SQL_INVALID, { code: "SYNTAX_ERROR" }, /./],
    ["", FaultReason.REQUEST_INVALID, { field: "statement" }, /./],
    [
      "SELECT 1\nFROM /* nope */ nope",
      FaultReason.SQL_NOT_ALLOWED,
      { line: "2", column: "17", name: "nope" },
      /events, /,
    ],
    [
      "SELECT\n\tsleep(1)",
      FaultReason.SQL_NOT_ALLOWED,
      { what: "function", line: "2", column: "2" },
      /sleep/,
    ],
    ["SELECT sum(type) FROM events", FaultReason.SQL_INVALID, { line: "1", column: "8" }, /sum/],
    ["SELECT type, count() FROM events", FaultReason.SQL_INVALID, { code: "NOT_AN_AGGREGATE" }, /GROUP BY/],
    ["SELECT toUInt8(type) FROM events", FaultReason.SQL_INVALID, { code: "CANNOT_PARSE_TEXT" }, /OrNull/],
    ["SELECT 1; SELECT 2", FaultReason.SQL_INVALID, {}, /one statement/],
    ["SELECT 1 FORMAT CSV", FaultReason.SQL_NOT_ALLOWED, { what: "clause", column: "10" }, /FORMAT/],
  ];
  for (const [statement, reason, facts, message] of faults) {
    it(`says what is wrong and where: ${JSON.stringify(statement)}`, async () => {
      const refused = await refusal(values(statement));
      expect(refused.reason, refused.message).to.equal(reason);
      expect(refused.facts).to.include(facts);
      expect(refused.message).to.match(message);
    });
  }

  it("is asked by the command line, as a table, JSON, CSV and Arrow", async () => {
    const address = new URL(house.grpcUrl).host;
    const env = { PATH: process.env["PATH"], TIDELINE_URL: address, TIDELINE_KEY: mine };
    const run = async (...args: string[]) => {
      const all = [join(repoRoot, "dist/cli/main.js"), "query", "sql", ...args];
      return promisify(execFile)(process.execPath, all, { env }).then(
        ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
        ({ stdout, stderr, code }) => ({ stdout, stderr, code }),
      );
    };
    const statement =
      "SELECT number AS n, concat('a\"', {t:String}) AS t, NULL AS x FROM numbers(18446744073709551614, 2)";
    const asked = [statement, "--param", "t:String=b,=c"];
    expect((await run(...asked)).stdout).to.equal(
      "n                     t       x\n────────────────────  ──────  ─\n" +
        '18446744073709551614  a"b,=c\n18446744073709551615  a"b,=c\n',
    );
    expect((await run(...asked, "--format", "json", "--max", "1")).stdout).to.equal(
      '{"n":18446744073709551614,"t":"a\\"b,=c","x":null}\n',
    );
    expect((await run(...asked, "--format", "csv")).stdout).to.equal(
      'n,t,x\n18446744073709551614,"a""b,=c",\n18446744073709551615,"a""b,=c",\n',
    );
    const folder = await mkdtemp(join(tmpdir(), "tideline-sql-"));
    const file = join(folder, "rows.arrow");
    expect((await run(...asked, "--format", "arrow", "--out", file)).code).to.equal(0);
    expect((await readFile(file)).subarray(-8).toString("hex")).to.equal("ffffffff00000000");
    const many = await run("SELECT number FROM numbers(2500)", "--format", "csv", "--out", file);
    expect([many.code, (await readFile(file, "utf8")).split("\n").length]).to.deep.equal([0, 2_502]);
    await rm(folder, { recursive: true });
    const wrong = await run("SELECT x FROM\n nope");
    expect(wrong).to.include({ code: 1, stdout: "" });
    expect(wrong.stderr).to.contain("SQL_NOT_ALLOWED").and.contain("line 2, column 2");
    expect((await run(statement, "--param", "t:UInt8=1")).stderr).to.contain("has no {t:UInt8}");
  });

  it("asks for a key with the scope query", async () => {
    const key = await house.project("mine", {}, [Scope.INGEST]);
    expect((await refusal(values("SELECT 1", {}, key))).reason).to.equal(FaultReason.SCOPE_MISSING);
  });
});
