import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { repoRoot } from "../platform/root.js";
import { eventSet } from "../services/query/testing/event-set.js";
import { insertEvents } from "../services/query/testing/store.js";
import { type House, openHouse } from "../tests/query/house.js";

const fromMs = Date.parse("2024-04-01T00:00Z");
const toMs = Date.parse("2024-04-08T00:00Z");
const range = ["--from", "2024-04-01", "--to", "2024-04-08"];

describe("tideline query", function () {
  this.timeout(60_000);
  let house: House;
  let key: string;
  let folder: string;
  const events = eventSet({ project: "mine", seed: 3, count: 400, fromMs, toMs, firstRawSequence: 1 });
  const purchases = events.filter(({ type }) => type === "purchase").length;

  before(async () => {
    house = await openHouse();
    key = await house.project("mine");
    folder = await mkdtemp(join(tmpdir(), "tideline-query-"));
    await insertEvents(house.clickhouse, house.database, events);
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await house?.stop();
  });

  async function run(...args: string[]): Promise<string> {
    const url = house.grpcUrl.replace("http://", "");
    const env = { PATH: process.env["PATH"], TIDELINE_DATA: folder, TIDELINE_URL: url, TIDELINE_KEY: key };
    const child = spawn(process.execPath, [join(repoRoot, "dist/cli/main.js"), "query", ...args], { env });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    const [code] = await once(child, "close");
    expect(code, said).to.equal(0);
    return said.trimEnd();
  }

  it("asks for one series where no other question is named", async () => {
    const said = await run("purchase", ...range);
    expect(said).to.match(new RegExp(`^ *${purchases}  █`, "m"));
    expect(await run("metrics", "purchase", ...range)).to.include(` ${purchases} `.trim());
  });

  it("draws a trend by its buckets, beside what it was before", async () => {
    const said = await run("trend", "purchase", ...range, "--compare", "1d");
    expect(said.split("\n")[0]).to.match(/^time +value +before +change/);
    expect(said).to.match(/^2024-04-02 +\d+ +\d+ +([+-]?[\d.]+ %|-) +█/m);
    expect(said).to.include(`purchase: total ${purchases}`);
  });

  it("draws several lines beside one another, and writes them as CSV and JSON", async () => {
    const asked = ["trend", "purchase", "*:users", "-F", "A / B", "-F", "A", "-b", "field:country", ...range];
    const said = await run(...asked);
    expect(said).to.match(/^A \/ B {2}AT +[\d.]+ +[▁▂▃▄▅▆▇█]{7}$/m);
    const csv = (await run(...asked, "--csv")).split("\n");
    expect(csv[0]).to.equal("time,line,by,value");
    expect(csv.filter((line) => line.startsWith("2024-04-03,A,"))).to.not.deep.equal([]);
    const totals = await run("trend", "purchase", "--total", "--json", ...range);
    expect(JSON.parse(totals).lines[0].total.value).to.equal(purchases);
    expect(await run("trend", "purchase", "--explain", ...range)).to.match(
      /series A: buckets: rollup, .* rows/,
    );
  });

  it("lists metrics, and computes one by its name", async () => {
    expect(await run("metric")).to.match(/^revenue +- /m);
    const said = await run("metric", "dau", ...range);
    expect(said).to.include("dau (users): total ");
    expect(await run("metric", "events_by_country", ...range)).to.match(/events_by_country \(events\) {2}AT/);
  });
});
