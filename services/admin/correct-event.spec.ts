import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { expect } from "chai";
import { CorrectionSchema } from "../../gen/ts/tideline/admin/v1/quarantine_service_pb.js";
import { EventSchema } from "../../gen/ts/tideline/event/v1/event_pb.js";
import { Fault } from "../../platform/fault.js";
import { checkCorrection, correctEvent } from "./correct-event.js";

const receivedMs = Date.UTC(2026, 10, 20, 9);
const correction = (init: MessageInitShape<typeof CorrectionSchema> = {}) =>
  checkCorrection(create(CorrectionSchema, init));
const withProperties = (value: string) =>
  create(EventSchema, { eventId: "e", body: { case: "properties", value } });

/** The properties after a correction. */
function corrected(properties: string, init: MessageInitShape<typeof CorrectionSchema>): string | undefined {
  const { body } = correctEvent(withProperties(properties), receivedMs, correction(init));
  return body.case === "properties" ? body.value : undefined;
}

describe("the correction of an event", () => {
  it("renames, fills in and casts, in this order, and keeps every other digit", () => {
    const text = '{"price":"12.50","n":12345678901234567890,"deep":{"price":1.50}}';
    const init = {
      rename: { price: "amount" },
      defaults: { tax: "0.20", amount: "1" },
      casts: { amount: "number" },
    };
    expect(corrected(text, init)).to.equal(
      '{"amount":12.50,"n":12345678901234567890,"deep":{"price":1.50},"tax":0.20}',
    );
  });

  it("overwrites nothing by a new name", () => {
    expect(corrected('{"a":1,"b":2}', { rename: { a: "b" } })).to.equal('{"a":1,"b":2}');
    expect(corrected('{"a":1,"b":2,"d":3}', { rename: { a: "c", b: "c", d: "c" } })).to.equal(
      '{"c":1,"b":2,"d":3}',
    );
    expect(corrected('{"__proto__":1}', { rename: { __proto__x: "y" } })).to.equal('{"__proto__":1}');
  });

  it("casts what can be cast, and leaves the rest to the door", () => {
    const casts = { a: "integer", b: "boolean", c: "string", d: "number" };
    expect(corrected('{"a":"12","b":"yes","c":12.50,"d":"x"}', { casts })).to.equal(
      '{"a":12,"b":true,"c":"12.50","d":"x"}',
    );
    expect(corrected('{"a":"1.5","b":2,"c":null,"d":true}', { casts })).to.equal(
      '{"a":"1.5","b":2,"c":null,"d":1}',
    );
  });

  it("leaves properties that are no object as they are, and fills in where there are none", () => {
    expect(corrected('{"a":1,"a":2}', { defaults: { b: "1" } })).to.equal('{"a":1,"a":2}');
    expect(corrected("nope", { defaults: { b: "1" } })).to.equal("nope");
    expect(corrected("", { defaults: { b: '"x"' } })).to.equal('{"b":"x"}');
  });

  it("gives the type, keeps the id, and keeps the time that was meant", () => {
    const event = create(EventSchema, { eventId: "e", type: "old", clientTime: timestampFromMs(5_000) });
    const fed = correctEvent(event, receivedMs, correction({ type: "new" }));
    expect(fed).to.include({ eventId: "e", type: "new" });
    const timeOf = (init: object, options = {}) => {
      const { clientTime, sentTime } = correctEvent(
        create(EventSchema, init),
        receivedMs,
        correction(options),
      );
      expect(sentTime).to.equal(undefined);
      return clientTime === undefined ? undefined : timestampMs(clientTime);
    };
    const [clientTime, sentTime] = [timestampFromMs(5_000), timestampFromMs(6_000)];
    expect(timeOf({ clientTime })).to.equal(5_000);
    expect(timeOf({})).to.equal(receivedMs);
    expect(timeOf({ clientTime, sentTime })).to.equal(5_000 + receivedMs - 6_000);
    expect(timeOf({ clientTime, sentTime: timestampFromMs(receivedMs - 59_000) })).to.equal(5_000);
    expect(timeOf({ clientTime }, { useReceiveTime: true })).to.equal(receivedMs);
  });

  it("is refused where a default is no JSON or a kind is unknown", () => {
    for (const json of ["", "EUR", "1}", '1,"x":2', "{"]) {
      expect(() => correction({ defaults: { a: json } }), json).to.throw(Fault, "correction.defaults");
    }
    expect(() => correction({ casts: { a: "money" } })).to.throw(Fault, "correction.casts");
    expect(() => correction({ rename: { a: "" } })).to.throw(Fault, "correction.rename");
  });
});
