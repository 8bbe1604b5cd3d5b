import { expect } from "chai";
import { schemaText } from "./case-file.js";
import { unmet } from "./expectation.js";

const answer = (body: unknown, status = 200) => ({ status, body, headers: { "content-type": "text/plain" } });

describe("expectations of a registry's answers", () => {
  const isMet = (expectation: Record<string, unknown>, body: unknown, status = 200) =>
    unmet(expectation, answer(body, status)).length === 0;

  it("hold what is as expected, and only that", () => {
    const cases: readonly (readonly [Record<string, unknown>, unknown, unknown])[] = [
      [{ body: [1, 2] }, [1, 2], [2, 1]],
      [{ body: { a: 1 } }, { a: 1 }, { a: 1, b: 2 }],
      [{ body_set: ["a", "b"] }, ["b", "a"], ["a", "b", "c"]],
      [{ body_set: ["a", "b"] }, ["b", "a"], ["a"]],
      [{ body_includes: { a: { b: 1 } } }, { a: { b: 1, c: 2 }, d: 3 }, { a: { b: 2 } }],
      [{ body_includes: [{ a: 1 }] }, [{ b: 2 }, { a: 1, c: 3 }], [{ a: 2 }]],
      [{ body_includes: { mode: null } }, { mode: null }, {}],
      [{ body_absent: ["messages"] }, { messages: null }, { messages: [] }],
      [{ body_keys_present: ["ts"] }, { ts: 0 }, {}],
      [{ body_json: { type: "number" } }, { type: "number" }, '{"type":"number"}'],
      [{ list_length: 1 }, [1], [1, 2]],
      [{ error_code: 40_401 }, { error_code: 40_401 }, { error_code: 40_402 }],
      [{ error_code_any_of: [409, 40_901] }, { error_code: 409 }, { error_code: 422 }],
      [{ message: "a b" }, { message: "a b" }, { message: "a b c" }],
      [{ message_contains: ["a", "c"] }, { message: "abc" }, { message: "ab" }],
      [{ messages_contain: ["a", "b"] }, { messages: ["xa", "xb"] }, { messages: ["xa"] }],
    ];
    for (const [expectation, right, wrong] of cases) {
      expect(isMet(expectation, right), JSON.stringify([expectation, right])).to.equal(true);
      expect(isMet(expectation, wrong), JSON.stringify([expectation, wrong])).to.equal(false);
    }
  });

  it("know classes of status and headers by any case", () => {
    expect(isMet({ status: "4xx" }, null, 422)).to.equal(true);
    expect(isMet({ status: "4xx" }, null, 500)).to.equal(false);
    expect(isMet({ status: 200 }, null, 201)).to.equal(false);
    expect(isMet({ headers: { "Content-Type": "text/plain" } }, null)).to.equal(true);
    expect(isMet({ headers: { "Content-Type": "text/html" } }, null)).to.equal(false);
  });

  it("are never met where their kind is unknown", () => {
    expect(isMet({ body_smells: "good" }, {})).to.equal(false);
  });
});

describe("a case's schema", () => {
  it("is registered as text in its language", () => {
    expect(schemaText("long", "AVRO")).to.equal('"long"');
    expect(schemaText('{"type": "long"}', "AVRO")).to.equal('{"type": "long"}');
    expect(schemaText(["null", "int"], "AVRO")).to.equal('["null","int"]');
    expect(schemaText('syntax = "proto3";', "PROTOBUF")).to.equal('syntax = "proto3";');
    expect(schemaText(true, "JSON", "draft-07")).to.equal("true");
  });

  it("says its dialect where it does not say it itself", () => {
    const ofDialect = (dialect: string) => JSON.parse(schemaText({}, "JSON", dialect)).$schema;
    expect(ofDialect("draft-04")).to.equal("http://json-schema.org/draft-04/schema#");
    expect(ofDialect("draft7")).to.equal("http://json-schema.org/draft-07/schema#");
    expect(ofDialect("2020-12")).to.equal("https://json-schema.org/draft/2020-12/schema");
    const uri = "https://json-schema.org/draft/2019-09/schema";
    expect(ofDialect(uri)).to.equal(uri);
    expect(JSON.parse(schemaText({ $schema: "a" }, "JSON", uri)).$schema).to.equal("a");
  });
});
