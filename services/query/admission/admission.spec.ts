import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { FaultReason } from "../../../gen/ts/tideline/fault/v1/fault_pb.js";
import { Fault } from "../../../platform/fault.js";
import type { ConfinedSql } from "../written-sql/ports.js";
import { Admission, type AdmissionLimits } from "./admission.js";
import { admittedSql } from "./admitted-engines.js";

const few: AdmissionLimits = {
  running: 2,
  projectRunning: 2,
  waiting: 10,
  projectWaiting: 6,
  waitMs: 60_000,
};

/** Callers of an admission, by hand: who is in, and how to let them go. */
class Crowd {
  readonly entered: string[] = [];
  readonly refused = new Map<string, Fault>();
  readonly admission: Admission;
  readonly #leave = new Map<string, () => void>();

  constructor(limits: Partial<AdmissionLimits> = {}) {
    this.admission = new Admission({ ...few, ...limits });
  }

  /** Named by project and number, such as "a1". */
  async ask(name: string, signal = new AbortController().signal): Promise<void> {
    const entering = this.admission.enter({ projectId: name.slice(0, 1), signal }).then(
      (leave) => {
        this.entered.push(name);
        this.#leave.set(name, leave);
      },
      (error: unknown) => {
        if (!(error instanceof Fault)) throw error;
        this.refused.set(name, error);
      },
    );
    await Promise.race([entering, turn()]);
  }

  async askAll(names: string): Promise<void> {
    for (const name of names.split(" ")) await this.ask(name);
  }

  async leave(name: string): Promise<void> {
    const leave = this.#leave.get(name);
    if (leave === undefined) throw new Error(`${name} is not in`);
    leave();
    leave();
    await turn();
  }
}

describe("admission", () => {
  it("lets in up to its limit, then in the order of arrival", async () => {
    const crowd = new Crowd();
    await crowd.askAll("a1 a2 a3 a4");
    expect(crowd.entered).to.deep.equal(["a1", "a2"]);
    expect(crowd.admission.load).to.deep.equal({ running: 2, waiting: 2 });
    await crowd.leave("a1");
    await crowd.leave("a3");
    expect(crowd.entered).to.deep.equal(["a1", "a2", "a3", "a4"]);
    await crowd.leave("a2");
    await crowd.leave("a4");
    expect(crowd.admission.load).to.deep.equal({ running: 0, waiting: 0 });
  });

  it("gives free places to the waiting projects in turn", async () => {
    const crowd = new Crowd();
    await crowd.askAll("a1 a2 a3 a4 a5 a6 b1 b2 c1");
    for (const name of ["a1", "a2", "a3"]) await crowd.leave(name);
    expect(crowd.entered.slice(2)).to.have.members(["a3", "b1", "c1"]);
    for (const name of crowd.entered.slice(3)) await crowd.leave(name);
    expect(crowd.entered.slice(5, 7)).to.have.members(["a4", "b2"]);
  });

  it("keeps places free of a project that has its share", async () => {
    const crowd = new Crowd({ projectRunning: 1 });
    await crowd.askAll("a1 a2 a3 b1");
    expect(crowd.entered).to.deep.equal(["a1", "b1"]);
    await crowd.leave("b1");
    expect(crowd.entered).to.deep.equal(["a1", "b1"]);
    await crowd.leave("a1");
    expect(crowd.entered).to.deep.equal(["a1", "b1", "a2"]);
  });

  it("refuses over the length of a project's line and of all, and says when to come back", async () => {
    const crowd = new Crowd({ projectWaiting: 1, waiting: 2 });
    await crowd.askAll("a1 a2 a3 a4 b1 c1");
    const facts = [...crowd.refused].map(([name, { reason, facts }]) => [name, reason, facts["limit"]]);
    expect(facts).to.deep.equal([
      ["a4", FaultReason.QUERY_BUSY, "project_waiting"],
      ["c1", FaultReason.QUERY_BUSY, "waiting"],
    ]);
    for (const fault of crowd.refused.values())
      expect(Number(fault.facts["retry_after_ms"])).to.be.within(250, 10_000);
  });

  it("refuses who has waited for too long", async () => {
    const crowd = new Crowd({ waitMs: 20 });
    await crowd.askAll("a1 a2 a3");
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(crowd.refused.get("a3")?.facts["limit"]).to.equal("wait_ms");
    expect(crowd.admission.load.waiting).to.equal(0);
  });

  it("takes back the place of who leaves, in the line too", async () => {
    const crowd = new Crowd();
    const gone = new AbortController();
    await crowd.askAll("a1 a2");
    await crowd.ask("b1", gone.signal);
    await crowd.ask("c1");
    gone.abort();
    await crowd.leave("a1");
    expect(crowd.entered).to.deep.equal(["a1", "a2", "c1"]);
    expect(crowd.refused.get("b1")?.reason).to.equal(FaultReason.QUERY_TIMEOUT);
    await crowd.ask("d1", gone.signal);
    expect(crowd.refused.has("d1")).to.equal(true);
    expect(crowd.admission.load).to.deep.equal({ running: 2, waiting: 0 });
  });

  it("holds the place of a streamed result until it is read, broken off, or its reader gone", async () => {
    const { admission } = new Crowd();
    const bytes = async function* () {
      yield Buffer.from("a");
      yield Buffer.from("b");
    };
    const engine = { run: async () => ({ bytes: bytes(), rowsRead: 0, engineMs: 0 }) };
    const sql = admittedSql(engine as unknown as ConfinedSql, admission);
    const gone = new AbortController();
    const written = { statement: "", parameters: {} };
    const started = () =>
      sql.run(written, { projectId: "a", people: undefined }, { format: "rows", signal: gone.signal });

    const whole = await started();
    expect(admission.load.running).to.equal(1);
    for await (const _chunk of whole.bytes) expect(admission.load.running).to.equal(1);
    expect(admission.load.running).to.equal(0);

    for await (const _chunk of (await started()).bytes) break;
    expect(admission.load.running).to.equal(0);

    await started();
    gone.abort();
    expect(admission.load.running).to.equal(0);
  });
});
