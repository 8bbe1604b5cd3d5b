import { Code } from "@connectrpc/connect";
import { expect } from "chai";
import { FaultDetailSchema, FaultReason } from "../gen/ts/tideline/fault/v1/fault_pb.js";
import { codeOf, engineUnavailable, Fault, toConnectError } from "./fault.js";

describe("toConnectError", () => {
  it("carries code, reason and facts", () => {
    const error = toConnectError(
      new Fault(FaultReason.SCHEMA_NOT_FOUND, "no such schema", { subject: "a.b" }),
    );
    expect(error.code).to.equal(Code.NotFound);
    expect(error.findDetails(FaultDetailSchema)[0]?.facts).to.deep.equal({ subject: "a.b" });
  });

  it("hides what it does not know", () => {
    const error = toConnectError(new Error("password=hunter2"));
    expect(error.rawMessage).to.equal("internal error");
    expect(error.cause).to.be.instanceOf(Error);
  });

  it("says in whole seconds when to try again", () => {
    expect(toConnectError(engineUnavailable("nats", undefined, 250)).metadata.get("retry-after")).to.equal(
      "1",
    );
  });
});

describe("codeOf", () => {
  it("knows every reason of the contract", () => {
    for (const reason of Object.values(FaultReason)) {
      if (typeof reason === "number") expect(codeOf(reason), FaultReason[reason]).to.be.a("number");
    }
  });
});
