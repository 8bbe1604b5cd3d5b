import { expect } from "chai";
import { readOptions } from "./options.js";

const read = (args: string[], env = {}) => readOptions(args, env, { house: "/clone", caller: "/clone/web" });

describe("the options of npm start", () => {
  it("have defaults", () => {
    expect(read([])).to.deep.equal({
      data: "/clone/.tideline",
      ports: { http: 8080, grpc: 9090, registry: 8081 },
      detach: false,
      demo: true,
      instances: {},
    });
  });

  it("come from the command line and the environment", () => {
    const env = { TIDELINE_DATA: "../../elsewhere", TIDELINE_PORT_OFFSET: "100" };
    expect(read(["--detach", "--no-demo", "--instances", "ingestion=2,enrichment=3"], env)).to.deep.equal({
      data: "/elsewhere",
      ports: { http: 8180, grpc: 9190, registry: 8181 },
      detach: true,
      demo: false,
      instances: { ingestion: 2, enrichment: 3 },
    });
    expect(read(["--instances=query=2"])).to.deep.include({ instances: { query: 2 } });
    expect(read(["--no-demo", "--help"])).to.equal("help");
  });

  it("are refused in one line where they can't be meant", () => {
    for (const args of [
      ["--dettach"],
      ["x"],
      ["--instances"],
      ["--instances", "a=1"],
      ["--instances", "query=9"],
    ]) {
      expect(() => read(args), args.join(" ")).to.throw(/^[^\n]+$/);
    }
    for (const offset of ["-1", "1.5", "60000", "x"]) {
      expect(() => read([], { TIDELINE_PORT_OFFSET: offset }), offset).to.throw("TIDELINE_PORT_OFFSET");
    }
  });
});
