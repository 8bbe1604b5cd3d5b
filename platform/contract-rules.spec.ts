import { create } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { expect } from "chai";
import { EventSchema } from "../gen/ts/tideline/event/v1/event_pb.js";

describe("rules of the contracts", () => {
  const validator = createValidator();

  it("pass what keeps them", () => {
    const event = create(EventSchema, { eventId: "e".repeat(128), type: "purchase" });
    expect(validator.validate(EventSchema, event).kind).to.equal("valid");
  });

  it("name the field and the rule that is broken, in nested messages too", () => {
    const event = create(EventSchema, {
      eventId: "é".repeat(65), // 130 bytes: the limit counts bytes, not characters.
      type: "",
      context: { campaign: { source: "s".repeat(257) } },
    });
    const { violations = [] } = validator.validate(EventSchema, event);
    const broken = violations.map(({ field, ruleId }) => {
      const path = field.flatMap((step) => (step.kind === "field" ? [step.name] : []));
      return `${path.join(".")}: ${ruleId}`;
    });
    expect(broken).to.have.members([
      "event_id: string.max_bytes",
      "type: string.min_len",
      "context.campaign.source: string.max_bytes",
    ]);
  });
});
