import { expect } from "chai";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { Fault } from "../platform/fault.js";
import { requireConditions } from "./require-conditions.js";

const source = (schema: unknown) => ({ text: JSON.stringify(schema), references: [] });
const condition = (expr: string) => ({ domainRules: [{ name: "r", type: "CEL", mode: "WRITE", expr }] });

describe("the rules of a schema that is registered", () => {
  it("have to hold together with it, in its text and beside it", () => {
    const schema = { type: "object", properties: { amount: { type: "number" } } };
    requireConditions(SchemaKind.JSON_SCHEMA, source(schema), condition("amount > 0.0"));
    const attempt = (text: object, expr: string) => () =>
      requireConditions(SchemaKind.JSON_SCHEMA, source(text), condition(expr));
    expect(attempt(schema, "amonut > 0.0")).to.throw(Fault, "names amonut");
    expect(attempt(schema, "amount >")).to.throw(Fault, "no CEL expression");
    expect(attempt({ ...schema, "x-rules": {} }, "true")).to.throw(Fault, "x-rules must be an array");
    const record = { type: "record", name: "R", fields: [] };
    expect(() => requireConditions(SchemaKind.AVRO, source(record), condition("gone"))).to.throw(
      Fault,
      "gone",
    );
  });

  it("are no matter for schemas without any, of whatever kind", () => {
    requireConditions(SchemaKind.AVRO, source("string"), undefined);
    requireConditions(SchemaKind.JSON_SCHEMA, source(true), { migrationRules: [] });
    requireConditions(SchemaKind.PROTOBUF, { text: 'syntax = "proto3";', references: [] }, undefined);
  });
});
