import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { VersionRecord } from "../records.js";
import type { CheckAnswer } from "../registry.js";
import type { Finding } from "../rules/levels.js";
import { incompatibleLines, incompatibleMessage } from "./incompatible-text.js";

const version = (number: number): VersionRecord => ({
  context: ".",
  schemaId: number,
  guid: "",
  kind: SchemaKind.AVRO,
  text: `"text ${number}"`,
  references: [],
  createTime: new Date(0),
  subject: "s",
  version: number,
  deleted: false,
  registerTime: new Date(0),
  keyId: "",
  schemaVer: "",
  rolledBackTo: 0,
});

const finding = (more: Partial<Finding>): Finding => ({
  rule: "AVRO_FIELD_WITHOUT_DEFAULT",
  outcome: "incompatible",
  path: "/fields/1",
  message: "Give it a default.",
  version: 2,
  direction: "backward",
  ...more,
});

const answer = (findings: readonly Finding[]): CheckAnswer => ({
  outcome: "incompatible",
  isCompatible: false,
  findings,
  level: "FULL",
  policy: "strict",
  compared: [version(2), version(1)],
  references: [],
  kind: SchemaKind.AVRO,
  text: "",
  guid: "",
  schemaId: 3,
  version: 3,
  isRegistered: false,
  schemaVer: "",
});

describe("why a schema is refused", () => {
  it("is a line a finding, a witness once, and what was compared", () => {
    const witness = { json: '{"a":1}', rejection: "b is missing" };
    const unproven = finding({
      rule: "JSON_PROOF_INCOMPLETE",
      outcome: "unproven",
      direction: "forward",
      version: 1,
      keyword: "if",
    });
    const findings = [finding({ witness }), finding({ path: "/fields/2", witness }), unproven];
    expect(incompatibleLines(answer(findings))).to.deep.equal([
      "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'Give it a default.', " +
        "rule:'AVRO_FIELD_WITHOUT_DEFAULT', path:'/fields/1', direction:'BACKWARD', version:2}",
      "{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'Give it a default.', " +
        "rule:'AVRO_FIELD_WITHOUT_DEFAULT', path:'/fields/2', direction:'BACKWARD', version:2}",
      "{errorType:'PROOF_INCOMPLETE', description:'Give it a default.', " +
        "rule:'JSON_PROOF_INCOMPLETE', path:'/fields/1', direction:'FORWARD', version:1, notProvable:'if'}",
      `{witness: '{"a":1}', because: 'version 2 accepts it, the new schema does not: b is missing'}`,
      "{oldSchemaVersion: 2}",
      `{oldSchema: '"text 2"'}`,
      "{compatibility: 'FULL'}",
    ]);
  });

  it("names what was expected, and is bounded", () => {
    const many = Array.from({ length: 60 }, () => finding({ rule: "AVRO_NAME_MISMATCH", expected: "x.A" }));
    const lines = incompatibleLines(answer(many));
    expect(lines).to.have.length(50 + 1 + 3);
    expect(lines[0]).to.include("additionalInfo:'expected: x.A'").and.include("'NAME_MISMATCH'");
    expect(lines[50]).to.equal("{more: 10}");
    expect(incompatibleMessage("s", answer(many))).to.match(
      /^Schema being registered is incompatible with an earlier schema for subject "s", details: \[\{errorType/,
    );
  });
});
