import { expect } from "chai";
import { EngineError } from "./engine-error.js";
import { readQueryRequest } from "./request.js";

describe("the address of a query", () => {
  it("holds the statement, parameters and settings, as bytes", () => {
    const request = readQueryRequest(
      "?query=SELECT+1%2B1&database=d&param_a=%27%FF%&max_threads=2&query_id=q&user=x",
    );
    expect(request.query?.toString()).to.equal("SELECT 1+1");
    expect(request).to.include({ database: "d", queryId: "q", compressedAnswer: false });
    expect(request.parameters.get("a")).to.deep.equal(Buffer.from([0x27, 0xff, 0x25]));
    expect([...request.settings.keys()]).to.deep.equal(["max_threads"]);
  });

  it("takes a format by name only", () => {
    expect(readQueryRequest("?default_format=JSON").defaultFormat).to.equal("JSON");
    expect(() => readQueryRequest("?default_format=JSON;DROP")).to.throw(EngineError);
  });

  it("refuses what the local ClickHouse does not have", () => {
    expect(() => readQueryRequest("?session_id=a")).to.throw(EngineError, "session_id");
  });
});
