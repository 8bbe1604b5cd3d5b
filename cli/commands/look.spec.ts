import { create } from "@bufbuild/protobuf";
import { expect } from "chai";
import { Outcome } from "../../gen/ts/tideline/event/v1/verdict_pb.js";
import { FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { ExplainEventResponseSchema } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { explainText } from "./look.js";

const fault = { reason: FaultReason.EVENT_SCHEMA_VIOLATION, field: "properties.x", message: "is no number" };
const aside = (state: string) => ({ name: "quarantine", reached: true, facts: { state } });
const door = { name: "door", reached: true };

/** The lines above the table of stages. */
const explained = (init: object): string[] => {
  const lines = explainText(create(ExplainEventResponseSchema, init)).split("\n");
  return lines.slice(
    0,
    lines.findIndex((line) => line.includes("stage")),
  );
};

describe("tideline explain", () => {
  it("says the outcome first, and what had happened before or came afterwards", () => {
    const { ACCEPTED, QUARANTINED } = Outcome;
    expect(explained({ outcome: ACCEPTED, stages: [door] })).to.deep.equal(["outcome accepted"]);
    const reason = "EVENT_SCHEMA_VIOLATION properties.x is no number";
    expect(explained({ outcome: QUARANTINED, fault, stages: [door, aside("kept aside")] })).to.deep.equal([
      ...["outcome quarantined", reason],
    ]);
    const fed = { outcome: ACCEPTED, pastFault: fault, stages: [aside("fed again"), door] };
    expect(explained(fed)).to.deep.equal([
      ...["outcome accepted", `kept aside first (now fed again), then accepted; the reason was: ${reason}`],
    ]);
    const twice = { outcome: ACCEPTED, pastFault: fault, stages: [door, aside("kept aside")] };
    expect(explained(twice)).to.deep.equal([
      ...["outcome accepted"],
      `accepted first; a copy that came afterwards is kept aside; the reason is: ${reason}`,
    ]);
  });
});
