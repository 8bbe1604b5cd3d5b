import { expect } from "chai";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { engineUnavailable, Fault } from "../../platform/fault.js";
import { ProjectRulesCache, type RuleSettings } from "./project-rules.js";

describe("rules of projects", () => {
  const vienna: RuleSettings = { timeZone: "Europe/Vienna", amountProperty: "price" };
  let fresh: RuleSettings | undefined;
  let answer: () => Promise<RuleSettings>;
  const cache = (): ProjectRulesCache => new ProjectRulesCache({ peek: () => fresh, get: () => answer() });

  beforeEach(() => {
    fresh = undefined;
    answer = async () => vienna;
  });

  it("are asked for, and made once as long as settings are the same", async () => {
    const rules = cache();
    const first = await rules.of("shop");
    expect(first.timeZone).to.equal("Europe/Vienna");
    expect(first.amount.name).to.equal("price");
    fresh = vienna;
    expect(await rules.of("shop")).to.equal(first);
    fresh = { ...vienna, timeZone: "UTC" };
    expect((await rules.of("shop")).timeZone).to.equal("UTC");
  });

  it("hold on while settings can't be asked for", async () => {
    const rules = cache();
    await rules.of("shop");
    answer = () => Promise.reject(engineUnavailable("postgres"));
    expect((await rules.of("shop")).timeZone).to.equal("Europe/Vienna");
    const outcome = await rules.of("never-seen").catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Fault);
  });

  it("are UTC's for a project that is gone, and for a zone unknown here", async () => {
    answer = () => Promise.reject(new Fault(FaultReason.PROJECT_NOT_FOUND, "no such project"));
    expect((await cache().of("gone")).timeZone).to.equal("UTC");
    answer = async () => ({ ...vienna, timeZone: "Mars/Olympus" });
    expect((await cache().of("shop")).timeZone).to.equal("UTC");
  });
});
