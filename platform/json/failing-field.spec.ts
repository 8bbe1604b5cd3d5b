import type { JsonValue } from "@bufbuild/protobuf";
import { expect } from "chai";
import { EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { QueryMetricsRequestSchema } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import { failingField } from "./failing-field.js";

describe("the field that makes JSON no message", () => {
  const cases: [JsonValue, string, boolean][] = [
    [{ type: "t", clientTime: "yesterday" }, "client_time", false],
    [{ type: "t", client_time: 5 }, "client_time", false],
    [{ type: "t", sequence: -1 }, "sequence", false],
    [{ type: 5 }, "type", false],
    [{ type: "t", userid: "u" }, "userid", true],
    [{ type: "t", context: { userAgent: {} } }, "context.user_agent", false],
    [{ type: "t", context: { campaign: { sauce: "x" } } }, "context.campaign.sauce", true],
    [{ type: "t", context: [] }, "context", false],
    [{ type: "t", properties: "{}", avro: {} }, "body", false],
    [{ ["__proto__"]: { type: "t" } }, "__proto__", true],
    [{ constructor: 1 }, "constructor", true],
    [{ ["\ud800".repeat(300)]: 1 }, "\ufffd".repeat(100), true],
    [[], "", false],
    [null, "", false],
    ["text", "", false],
  ];
  for (const [json, path, isUnknown] of cases) {
    it(`${JSON.stringify(json).slice(0, 60)}: ${path.slice(0, 30)}`, () => {
      expect(failingField(EventSchema, json)).to.deep.equal({ path, isUnknown });
    });
  }

  it("names an enum's field", () => {
    const request = { aggregation: "AGGREGATION_NONSENSE" };
    expect(failingField(QueryMetricsRequestSchema, request).path).to.equal("aggregation");
  });
});
