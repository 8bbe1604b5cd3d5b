import { expect } from "chai";
import { Fault } from "../../platform/fault.js";
import { projectOf } from "./caller.js";
import { keyName } from "./key-name.js";

const own = { isOperator: false, projectId: "pown" };
const operator = { isOperator: true, projectId: "" };

describe("the project a call is about", () => {
  it("is a key's own project, named or not", () => {
    expect(projectOf(own, "")).to.equal("pown");
    expect(projectOf(own, "pown")).to.equal("pown");
  });

  it("is never another's for a project's key", () => {
    expect(() => projectOf(own, "pother")).to.throw(Fault, "no project of that id");
  });

  it("is what the operator names, in the request before the header", () => {
    expect(projectOf(operator, "pany")).to.equal("pany");
    expect(projectOf({ isOperator: true, projectId: "pheader" }, "")).to.equal("pheader");
    expect(projectOf({ isOperator: true, projectId: "pheader" }, "pany")).to.equal("pany");
    expect(() => projectOf(operator, "")).to.throw(Fault, "project_id");
  });

  it("is refused before it reaches an engine where it can be no id", () => {
    expect(() => projectOf(operator, "p\0")).to.throw(Fault, "no project of that id");
    expect(() => keyName(operator, "k'; --")).to.throw(Fault, "no key of that id");
  });

  it("holds a project's key to its own keys", () => {
    expect(keyName(own, "k1")).to.deep.equal({ keyId: "k1", projectId: "pown" });
    expect(keyName(operator, "k1")).to.deep.equal({ keyId: "k1", projectId: undefined });
  });
});
