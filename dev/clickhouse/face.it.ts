import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from "@clickhouse/client";
import { expect } from "chai";
import { startEngines, type TestEngines } from "../testing/stack.js";

const unknownSetting = { no_such: 1 } as ClickHouseSettings;

/** What a body may hold: an empty line, and a statement after it. */
const poison = "a\n\nDROP TABLE rows\n\n;DROP TABLE rows;\n\n";

describe("the ClickHouse HTTP interface", function () {
  this.timeout(30_000);
  let engines: TestEngines;
  let client: ClickHouseClient;

  before(async function () {
    this.timeout(60_000);
    engines = await startEngines("clickhouse");
    const root = createClient({ url: engines.clickhouse });
    await root.command({ query: `CREATE DATABASE ${engines.clickhouseDatabase}` });
    await root.close();
    client = clientOf({});
  });

  after(async () => {
    await client?.command({ query: `DROP DATABASE ${engines.clickhouseDatabase}` });
    await client?.close();
    await engines?.stop();
  });

  beforeEach(async () => {
    await client.command({
      query: "CREATE OR REPLACE TABLE rows (a UInt32, s String) ENGINE = MergeTree ORDER BY a",
    });
  });

  const clientOf = (more: object) =>
    createClient({
      url: engines.clickhouse,
      database: engines.clickhouseDatabase,
      log: { level: ClickHouseLogLevel.OFF },
      ...more,
    });

  async function select<T>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> {
    const result = await client.query({ query, query_params, format: "JSONEachRow" });
    return result.json<T>();
  }

  const stored = () => select<{ a: number; s: string }>("SELECT a, s FROM rows ORDER BY a");

  async function codeOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => "no error",
      (error: { code: string }) => error.code,
    );
  }

  it("answers ping and tells which life of the engine it is", async () => {
    expect(await client.ping()).to.deep.include({ success: true });
    const health = (await (await fetch(`${engines.clickhouse}/healthz`)).json()) as Record<string, unknown>;
    expect(health["boot_id"]).to.match(/^[0-9a-f-]{36}$/);
    expect(Date.parse(String(health["engine_started_at"]))).to.be.greaterThan(0);
    expect(await select("SELECT uptime() < 1000000 AS up")).to.deep.equal([{ up: 1 }]);
  });

  it("binds parameters of every sort, whatever is in them", async () => {
    const texts = [poison, "'; DROP TABLE rows; --", "\\', \t\r\0", "é\u{1f600}", "{a:String}", "%27%00+"];
    for (const text of texts)
      expect(await select("SELECT {p:String} AS p", { p: text })).to.deep.equal([{ p: text }]);
    const row = await select(
      `SELECT toString({n:UInt64}) AS n, {l:Array(String)} AS l, {t:DateTime64(3)} AS t,
              {x:Nullable(String)} AS x, {i:Identifier} AS i FROM (SELECT 7 AS id)`,
      { n: "18446744073709551615", l: texts, t: "2026-01-02 03:04:05.678", x: null, i: "id" },
    );
    expect(row).to.deep.equal([
      { n: "18446744073709551615", l: texts, t: "2026-01-02 03:04:05.678", x: null, i: 7 },
    ]);
    const long = Array.from({ length: 20_000 }, () => randomUUID());
    const counted = await client.query({
      query: "SELECT length({l:Array(String)}) AS n",
      query_params: { l: long },
      format: "JSONEachRow",
      use_multipart_params: true,
    });
    expect(await counted.json()).to.deep.equal([{ n: 20000 }]);
    expect(await codeOf(select("SELECT {p:UInt8} AS p", { p: "x" }))).to.equal("457");
    expect(await codeOf(select("SELECT {p:UInt8} AS p"))).to.equal("456");
  });

  it("applies settings to their own request only", async () => {
    const query = "SELECT getSetting('max_block_size') AS n";
    const result = await client.query({
      query,
      format: "JSONEachRow",
      clickhouse_settings: { max_block_size: "17" },
    });
    expect(await result.json()).to.deep.equal([{ n: 17 }]);
    expect(await select(query)).to.deep.equal([{ n: 65409 }]);
    expect(await codeOf(client.command({ query: "SELECT 1", clickhouse_settings: unknownSetting }))).to.equal(
      "115",
    );
  });

  it("reports errors by ClickHouse's codes", async () => {
    expect(await codeOf(select("SELECT * FROM nowhere"))).to.equal("60");
    expect(await codeOf(select("SELECT FROM WHERE"))).to.equal("62");
    expect(await codeOf(select("SELECT 1; SELECT 2"))).to.equal("62");
    expect(await codeOf(select("SELECT throwIf(1)"))).to.equal("395");
    const raw = await fetch(engines.clickhouse, { method: "POST", body: "SELECT * FROM nowhere" });
    expect(raw.status).to.equal(404);
    expect(raw.headers.get("x-clickhouse-exception-code")).to.equal("60");
    expect(await raw.text()).to.match(/^Code: 60\. DB::Exception: .*\(UNKNOWN_TABLE\)/);
  });

  it("keeps the query id, tells what was written, and reads what it wrote in gzip", async () => {
    const zipped = clientOf({ compression: { request: true, response: true } });
    const values = Array.from({ length: 1000 }, (_, a) => ({ a, s: `${poison}${a}` }));
    const inserted = await zipped.insert({
      table: "rows",
      values,
      format: "JSONEachRow",
      query_id: "my-insert",
    });
    expect(inserted.query_id).to.equal("my-insert");
    expect(inserted.summary?.written_rows).to.equal("1000");
    const read = await zipped.query({ query: "SELECT * FROM rows ORDER BY a", format: "JSONEachRow" });
    expect(await read.json()).to.deep.equal(values);
    await zipped.close();
  });

  const textBodies: [string, string][] = [
    ["JSONEachRow", `{"a":1,"s":${JSON.stringify(poison)}}\n\n\n{"a":2,"s":"b"}\n\nDROP TABLE rows`],
    ["JSONEachRow", `{"a":1,"s":${JSON.stringify(poison)}}\n\n\n{"a":2,"s":"b"}\n\n`],
    ["JSONCompactEachRow", `[1,${JSON.stringify(poison)}]\n\n[2,"b"]`],
    ["CSV", `1,"${poison}"\n2,b\n`],
    ["CSV", `1,x\n2,b\n\nDROP TABLE rows`],
    ["TabSeparated", `1\t${poison.replaceAll("\n", "\\n")}\n2\tb\n`],
    ["TabSeparated", `1\tx\n2\tb\n\nDROP TABLE rows`],
    ["Values", `(1,'${poison}'),\n\n(2,'b')`],
    [
      "JSON",
      JSON.stringify({
        meta: [
          { name: "a", type: "UInt32" },
          { name: "s", type: "String" },
        ],
        data: [
          { a: 1, s: poison },
          { a: 2, s: "b" },
        ],
      }).replaceAll("{", "\n\n{"),
    ],
  ];
  for (const [format, body] of textBodies) {
    it(`takes a body of ${format} as data only: ${JSON.stringify(body.slice(-24))}`, async () => {
      const query = `INSERT INTO rows FORMAT ${format}`;
      const inAddress = client.exec({ query, values: Readable.from([Buffer.from(body)]) });
      const first = await inAddress.then(
        (answer) => answer.stream.resume() && 2,
        () => 0,
      );
      expect(await stored()).to.have.length(first);
      // The same with the data behind the statement, in one text.
      const second = await client.command({ query: `${query}\n${body}` }).then(
        () => 2,
        () => 0,
      );
      expect(second).to.equal(first);
      expect(await stored()).to.have.length(first + second);
      if (first > 0 && body.includes("a\\n\\nDROP")) expect((await stored())[0]?.s).to.equal(poison);
    });
  }

  for (const format of [
    "RowBinary",
    "RowBinaryWithNamesAndTypes",
    "Native",
    "Parquet",
    "Arrow",
    "ORC",
    "MsgPack",
  ]) {
    it(`takes ${format} as it was given out, empty lines and statements inside`, async () => {
      await client.insert({
        table: "rows",
        values: [
          { a: 0x0a0a0a0a, s: poison },
          { a: 1, s: "" },
        ],
        format: "JSONEachRow",
      });
      const before = await stored();
      const out = await client.exec({ query: `SELECT * FROM rows FORMAT ${format}` });
      const chunks: Buffer[] = [];
      for await (const chunk of out.stream) chunks.push(chunk as Buffer);
      await client.command({ query: "TRUNCATE TABLE rows" });
      const back = await client.exec({
        query: `INSERT INTO rows FORMAT ${format}`,
        values: Readable.from(chunks),
      });
      back.stream.resume();
      expect(await stored()).to.deep.equal(before);
    });
  }

  it("takes blocks of protobuf by a schema in the settings", async () => {
    const event = (a: number, s: string) => {
      const text = Buffer.from(s);
      const fields = Buffer.concat([Buffer.from([0x08, a, 0x12, text.length]), text]);
      return Buffer.concat([Buffer.from([0x0a, fields.length]), fields]);
    };
    const blocks = Buffer.concat([event(10, poison), event(11, "b")]);
    const schema =
      'syntax = "proto3";\n\nmessage Block { repeated Row rows = 1; }\nmessage Row { uint32 a = 1; string s = 2; }\n';
    const answer = await client.exec({
      query: "INSERT INTO rows FORMAT ProtobufList",
      values: Readable.from([Buffer.from([blocks.length]), blocks]),
      clickhouse_settings: {
        format_schema_source: "string",
        format_schema: schema,
        format_schema_message_name: "Row",
      } as ClickHouseSettings,
    });
    answer.stream.resume();
    expect(await stored()).to.deep.equal([
      { a: 10, s: poison },
      { a: 11, s: "b" },
    ]);
  });

  it("serves JSON columns, and views that count a retried insert once", async () => {
    await client.command({
      query: `CREATE TABLE events (id UInt32, p JSON) ENGINE = MergeTree ORDER BY id
              SETTINGS non_replicated_deduplication_window = 1000`,
    });
    await client.command({
      query: `CREATE TABLE counts (k String, n SimpleAggregateFunction(sum, UInt64)) ENGINE = AggregatingMergeTree
              ORDER BY k SETTINGS non_replicated_deduplication_window = 1000`,
    });
    await client.command({
      query: `CREATE MATERIALIZED VIEW counting TO counts AS
              SELECT p.kind::String AS k, count() AS n FROM events GROUP BY k`,
    });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await client.insert({
        table: "events",
        values: [
          { id: 1, p: { kind: "x", deep: { n: 1.5 }, text: poison } },
          { id: 2, p: { kind: "y" } },
        ],
        format: "JSONEachRow",
        clickhouse_settings: {
          insert_deduplication_token: "p0:1-2",
          deduplicate_blocks_in_dependent_materialized_views: 1,
          async_insert: 0,
        },
      });
    }
    expect(await select("SELECT k, sum(n) AS n FROM counts GROUP BY k ORDER BY k")).to.deep.equal([
      { k: "x", n: 1 },
      { k: "y", n: 1 },
    ]);
    expect(await select("SELECT p.deep.n AS n, p.text AS t FROM events WHERE id = 1")).to.deep.equal([
      { n: 1.5, t: poison },
    ]);
  });

  it("serves many callers at once, each with its own parameters", async () => {
    const callers = Array.from({ length: 24 }, async (_, caller) => {
      for (let turn = 0; turn < 20; turn += 1) {
        const p = `${caller}-${turn}`;
        expect(await select("SELECT {p:String} AS p", { p })).to.deep.equal([{ p }]);
      }
    });
    await Promise.all(callers);
  });

  it("stops a query whose caller is gone, and one that takes too long", async () => {
    const endless = "SELECT sum(sipHash64(number)) FROM numbers(100000000000)";
    expect(
      await codeOf(client.command({ query: endless, clickhouse_settings: { max_execution_time: 1 } })),
    ).to.equal("159");
    const caller = new AbortController();
    const asked = client.query({ query: `${endless} WHERE 'mine' != ''`, abort_signal: caller.signal });
    setTimeout(() => caller.abort(), 200);
    expect(await codeOf(asked)).to.not.equal("no error");
    const running =
      "SELECT count() AS n FROM system.processes WHERE query LIKE '%''mine''%' AND query LIKE '%numbers(1%'";
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const [row] = await select<{ n: number }>(`${running} AND query NOT LIKE '%system.processes%'`);
      if (row?.n === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("the query goes on without its caller");
  });
});
