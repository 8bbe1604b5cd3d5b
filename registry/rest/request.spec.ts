import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { readConfigChange } from "./config-shape.js";
import { RestError } from "./errors.js";
import { idOf, qualified, type RestRequest, readPath, scopeOf, sliceOf, versionOf } from "./request.js";
import { findRoute, MethodNotAllowed, type Route } from "./route.js";
import { readSchema } from "./schema-body.js";

function requestOf(given: Partial<RestRequest>): RestRequest {
  const caller = { projectId: "p", keyId: "k" };
  return { caller, parts: {}, query: new URLSearchParams(), context: undefined, body: undefined, ...given };
}

function codeOf(act: () => unknown): number | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof RestError ? error.code : -1;
  }
}

describe("the REST face's paths", () => {
  it("are split as they were sent", () => {
    const cases: readonly (readonly [string, readonly string[], string | undefined])[] = [
      ["/", [], undefined],
      ["/subjects/a%2Fb/versions/latest", ["subjects", "a/b", "versions", "latest"], undefined],
      ["//subjects/", ["subjects"], undefined],
      ["/subjects/../config", ["subjects", "..", "config"], undefined],
      ["/subjects//versions", ["subjects", "", "versions"], undefined],
      ["/contexts", ["contexts"], undefined],
      ["/contexts/.a", ["contexts", ".a"], undefined],
      ["/contexts/.a/subjects", ["subjects"], ".a"],
      ["/contexts/:.a:/subjects", ["subjects"], ".a"],
      ["/contexts/a/subjects", ["subjects"], ".a"],
      ["/contexts/./subjects", ["subjects"], "."],
      ["/contexts/:.:/subjects", ["subjects"], "."],
    ];
    for (const [url, segments, context] of cases) {
      const path = readPath(url);
      expect([path.segments, path.context], url).to.deep.equal([segments, context]);
    }
    expect(readPath("/a?b=c?d&e").query.get("b")).to.equal("c?d");
    expect(codeOf(() => readPath("/%E0%A4%A"))).to.equal(404);
  });

  it("lead to their route, or say which methods there are", () => {
    const answer = async () => ({ json: 1 });
    const routes: readonly Route[] = [
      { method: "GET", path: "/a/:b", access: "any", answer },
      { method: "PUT", path: "/a/:b", access: "any", answer },
    ];
    expect(findRoute(routes, "HEAD", ["a", "x"]).parts).to.deep.equal({ b: "x" });
    expect(() => findRoute(routes, "PATCH", ["a", "x"]))
      .to.throw(MethodNotAllowed)
      .with.property("allowed")
      .deep.equal(["GET", "HEAD", "PUT", "OPTIONS"]);
    for (const segments of [["a"], ["a", ""], ["a", "b", "c"], ["b", "c"]]) {
      expect(codeOf(() => findRoute(routes, "GET", segments))).to.equal(404);
    }
  });

  it("name subjects, versions and ids, or are refused", () => {
    const of = (version: string) => versionOf(requestOf({ parts: { version } }));
    expect([of("latest"), of("-1"), of("7"), of("2147483647")]).to.deep.equal([
      "latest",
      "latest",
      7,
      2 ** 31 - 1,
    ]);
    for (const word of ["0", "-2", "x", "1.5", "2147483648", "99999999999", ""]) {
      expect(
        codeOf(() => of(word)),
        word,
      ).to.equal(42_202);
    }
    const codeOfId = (id: string) => codeOf(() => idOf(requestOf({ parts: { id } })));
    expect(["0", "-1"].map(codeOfId)).to.deep.equal([40_403, 40_403]);
    expect(["x", "1.5", "2147483648", "99999999999"].map(codeOfId)).to.deep.equal([404, 404, 404, 404]);
    const inContext = requestOf({ context: ".a", parts: { subject: "s" } });
    expect(scopeOf(inContext)).to.equal(":.a:s");
    expect(scopeOf(requestOf({ context: ".", parts: {} }))).to.equal("");
    expect(scopeOf(requestOf({ parts: { subject: ":.:" } }))).to.equal("");
    expect(qualified(inContext, ":.b:s")).to.equal(":.b:s");
    const slice = (query: string) => sliceOf(requestOf({ query: new URLSearchParams(query) }));
    expect(slice("offset=2&limit=-1")).to.deep.equal({ offset: 2 });
    expect(slice("offset=-5&limit=0")).to.deep.equal({ offset: 0, limit: 0 });
    expect(codeOf(() => slice("limit=many"))).to.equal(400);
  });
});

describe("the REST face's bodies", () => {
  const codeOfBody = (body: unknown) => codeOf(() => readSchema(body));

  it("are read as clients send them", () => {
    const schema = '{"type":"string"}';
    const nulls = {
      references: null,
      metadata: null,
      ruleSet: null,
      schemaType: null,
      id: null,
      version: null,
    };
    const plain = { kind: SchemaKind.AVRO, text: schema, references: [] };
    expect(readSchema({ schema, unknown: 1, ...nulls })).to.deep.equal(plain);
    expect(readSchema({ schema, id: -1, version: 0 })).to.deep.equal(plain);
    expect(readSchema({ schema, id: 3, version: -1 })).to.deep.equal({ ...plain, schemaId: 3, version: -1 });
    expect(readSchema({ metadata: { properties: { n: 1 }, tags: null } })).to.deep.equal({
      ...plain,
      text: "",
      metadata: { properties: { n: "1" } },
    });
    const references = [{ name: "a", subject: "b", version: 2, more: true }];
    expect(readSchema({ schema, schemaType: "PROTOBUF", references })).to.deep.equal({
      kind: SchemaKind.PROTOBUF,
      text: schema,
      references: [{ name: "a", subject: "b", version: 2 }],
    });
  });

  it("are refused with 422 where they are something else", () => {
    const bodies: readonly unknown[] = [
      undefined,
      null,
      "invalid",
      [],
      {},
      { schema: null },
      { schema: 1 },
      { schema: "x", schemaType: "__proto__" },
      { schema: "x", schemaType: "XML" },
      { schema: "x", references: {} },
      { schema: "x", references: [null] },
      { schema: "x", references: [{ name: "a" }] },
      { schema: "x", id: "1" },
      { schema: "x", version: 1.5 },
      { schema: "x", metadata: [] },
      { schema: "x", metadata: { properties: { a: {} } } },
      { schema: "x", ruleSet: { domainRules: [{}] } },
    ];
    for (const body of bodies) expect(codeOfBody(body), JSON.stringify(body)).to.equal(422);
    expect(codeOfBody({ schema: "" })).to.equal(42_201);
  });

  it("change a configuration by what they name, and null clears", () => {
    const body = { compatibility: "full", normalize: null, other: 1, constructor: 2 };
    expect(readConfigChange(body)).to.deep.equal({
      change: { level: "FULL", normalize: null },
      echo: { compatibility: "full", normalize: null },
    });
    expect(codeOf(() => readConfigChange({ compatibility: "SOME" }))).to.equal(42_203);
    expect(codeOf(() => readConfigChange({ normalize: "yes" }))).to.equal(422);
    expect(codeOf(() => readConfigChange("FULL"))).to.equal(422);
  });
});
