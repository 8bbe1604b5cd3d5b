import { expect } from "chai";
import { startEngines, type TestEngines } from "../../../dev/testing/stack.js";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { openSqlRig, type SqlRig, type Told } from "../testing/sql-rig.js";
import { foreignMark, insertProject, mergeParts } from "../testing/sql-rows.js";
import { answered, bombs } from "./attacks-answered.js";
import { type Attack, refused } from "./attacks-refused.js";

/**
 * Every attack is made twice: beside the rows of other projects, and where there are none. What an attack tells of
 * them, by its rows, its error or by failing at all, is a difference between the two.
 */
describe("what is written to get past the views", function () {
  this.timeout(120_000);
  let engines: TestEngines;
  let crowded: SqlRig;
  let alone: SqlRig;

  before(async () => {
    engines = await startEngines("clickhouse");
    crowded = await openSqlRig(engines, `${engines.clickhouseDatabase}_a`);
    alone = await openSqlRig(engines, `${engines.clickhouseDatabase}_b`);
    for (const rig of [crowded, alone]) {
      await insertProject(rig, { project: "mine", mark: "OWN", count: 300 });
      await insertProject(rig, { project: "few", mark: "FEW", count: 4 });
    }
    await insertProject(crowded, { project: "other", mark: foreignMark, count: 200 });
    await insertProject(crowded, { project: "a-first", mark: foreignMark, count: 50 });
    await mergeParts(crowded);
  });
  after(async () => {
    await crowded?.stop();
    await alone?.stop();
    await engines?.stop();
  });

  async function told(rig: SqlRig, attack: Attack, project: string): Promise<Told> {
    const [statement, parameters] = typeof attack === "string" ? [attack, {}] : attack;
    const named = (text: string) => text.replaceAll("{db}", rig.database);
    const values = Object.fromEntries(Object.entries(parameters).map(([name, text]) => [name, named(text)]));
    const answer = await rig.ask(named(statement), { project, parameters: values });
    if (answer.bug !== undefined) throw answer.bug;
    // The databases differ by their names alone; rows without an order may come in any. What the engine says of its
    // work is left out: rows are read by whole granules.
    const plain = answer.text.replace(/"statistics":[^}]*\}/, "").replace(/,$/gm, "");
    const text = plain.replaceAll(rig.database, "{db}").split("\n").sort().join("\n");
    return { ...answer, text };
  }

  /** What both are told, which has to be the same. */
  async function toldAlike(attack: Attack, project: string): Promise<Told> {
    const [beside, without] = await Promise.all([
      told(crowded, attack, project),
      told(alone, attack, project),
    ]);
    expect(beside.text, String(attack)).to.equal(without.text);
    return beside;
  }

  /** A few at a time. */
  async function each(attacks: readonly Attack[], attempt: (attack: Attack) => Promise<void>): Promise<void> {
    const left = attacks.values();
    const worker = async () => {
      for (const attack of left) await attempt(attack);
    };
    await Promise.all([worker(), worker(), worker()]);
  }

  const faults = [FaultReason.SQL_NOT_ALLOWED, FaultReason.SQL_INVALID];

  for (const [what, attacks] of Object.entries(refused)) {
    it(`refuses ${what} (${attacks.length})`, async () => {
      await each(attacks, async (attack) => {
        const { fault, text } = await toldAlike(attack, "mine");
        expect(fault?.reason, `${attack}: ${text}`).to.be.oneOf(faults);
        // Nothing of how it is done, but for what the statement itself says.
        if (!String(attack).includes("{db}"))
          expect(text, String(attack)).to.not.match(/\{db\}|_sql|project_id = /);
      });
    });
  }

  for (const [what, attacks] of Object.entries(answered)) {
    it(`answers ${what} by own rows alone (${attacks.length})`, async () => {
      await each(attacks, async (attack) => {
        for (const project of ["mine", "few"]) {
          const { fault, text } = await toldAlike(attack, project);
          expect(fault, `${attack}: ${text}`).to.equal(undefined);
          // But for what the statement itself says.
          if (!String(attack).includes(foreignMark)) expect(text).to.not.contain(foreignMark);
        }
      });
    });
  }

  it(`ends what would take all time, memory or room (${bombs.length})`, async () => {
    const limits = { timeMs: 800, memoryBytes: 2e8, resultBytes: 1e6 };
    await each(bombs, async (attack) => {
      const started = performance.now();
      const { fault, text } = await crowded.ask(String(attack), { project: "mine", limits });
      const reasons = [FaultReason.QUERY_TOO_LARGE, FaultReason.QUERY_TIMEOUT, FaultReason.SQL_INVALID];
      expect(fault?.reason, `${attack}: ${text.slice(0, 300)}`).to.be.oneOf(reasons);
      expect(performance.now() - started, String(attack)).to.be.below(8_000);
    });
  });

  it("sees nothing at all without a project, or by a client that forgets the confinement", async () => {
    for (const database of [`${crowded.database}_sql`, `${crowded.database}_sql_direct`]) {
      for (const view of ["events", "system_events", "sessions", "users"]) {
        const asked = crowded.clickhouse.query({ query: `SELECT count() AS n FROM ${database}.${view}` });
        const rows = await asked.then(
          async (result) => (await result.json<{ n: string }>()).data.map(({ n }) => Number(n)),
          () => [0],
        );
        expect(rows, `${database}.${view}`).to.deep.equal([0]);
      }
    }
  });
});
