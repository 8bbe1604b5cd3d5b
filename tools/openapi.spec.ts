import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { expect } from "chai";
import { repoRoot } from "../platform/root.js";
import { anyQuestionPath, mappings, questions } from "../services/query/rest/mappings.js";

interface Operation {
  readonly operationId: string;
  readonly description: string;
  readonly "x-rpc"?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, { readonly description?: string }>> };
}

const document: Document = JSON.parse(readFileSync(join(repoRoot, "gen/openapi/query.v1.json"), "utf8"));

/** Every value below a key of that name. */
function under(value: unknown, key: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => under(item, key));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...under(inner, key),
  ]);
}

describe("the OpenAPI document", () => {
  it("is a document of OpenAPI 3.1, by its schema", async () => {
    const validator = new Validator();
    expect(await validator.validate({ ...document })).to.deep.equal({ valid: true });
    expect(validator.version).to.equal("3.1");
    expect((await new Validator().validate({ ...document, paths: [] })).valid).to.equal(false);
  });

  it("has every mapped path with its method, its parameters and its body", () => {
    for (const { verb, path, rpc, fields, body } of mappings) {
      const operation = document.paths[path]?.[verb.toLowerCase()];
      const place = `${verb} ${path}`;
      expect(operation?.["x-rpc"], place).to.equal(`${rpc.parent.typeName}/${rpc.name}`);
      expect((operation?.parameters ?? []).map(({ name }) => name)).to.deep.equal(Object.keys(fields));
      expect(operation?.requestBody !== undefined, place).to.equal(body !== undefined);
      for (const parameter of operation?.parameters ?? []) {
        const isInPath = path.includes(`{${parameter.name}}`);
        expect([parameter.in, parameter.required === true], place).to.deep.equal(
          isInPath ? ["path", true] : ["query", false],
        );
      }
    }
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    expect(operations).to.have.length(mappings.length + 1);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).to.equal(operations.length);
    const kinds = under(document.paths[anyQuestionPath], "required").filter(Array.isArray);
    expect(kinds.flat()).to.deep.equal(Object.keys(questions));
  });

  it("has a description of everything that the contracts comment", () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const { description, parameters = [] } of Object.values(operations)) {
        expect(description, path).to.be.a("string").and.not.equal("");
        for (const parameter of parameters) expect(parameter, path).to.have.property("description");
      }
    }
    for (const [name, schema] of Object.entries(document.components.schemas))
      expect(schema.description, name).to.be.a("string").and.not.equal("");
  });

  it("refers to nothing that is not there", () => {
    const references = under(document, "$ref");
    expect(references.length).to.be.greaterThan(100);
    for (const reference of references) {
      const [root, ...names] = String(reference).split("/");
      expect(root).to.equal("#");
      const found = names.reduce<unknown>((inner, name) => Reflect.get(Object(inner), name), document);
      expect(found, String(reference)).to.be.an("object");
    }
  });

  it("has schemas that take good requests and refuse what breaks a limit", () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(ajv);
    ajv.addSchema(document, "document");
    const takes = (name: string, value: unknown): boolean => {
      const validate = ajv.getSchema(`document#/components/schemas/${name}`);
      if (validate === undefined) throw new Error(`no schema ${name}`);
      return validate(value) === true;
    };
    for (const name of Object.keys(document.components.schemas))
      expect(() => takes(name, {}), name).not.to.throw();
    const step = { event: { type: "a" } };
    const range = { from: "2026-11-01T00:00:00Z" };
    const cases: [name: string, value: unknown, good: boolean][] = [
      ["QueryFunnelRequest", { funnel: { steps: [step, step], window: "3600s" }, frame: { range } }, true],
      ["QueryFunnelRequest", { funnel: { steps: [step] } }, false],
      ["QueryFunnelRequest", { funnel: { steps: Array(21).fill(step) } }, false],
      ["QueryFunnelRequest", { funnel: { steps: [step, step], window: "an hour" } }, false],
      ["QueryMetricsRequest", { aggregation: "AGGREGATION_SUM", interval: "INTERVAL_DAY" }, true],
      ["QueryMetricsRequest", { aggregation: "AGGREGATION_UNSPECIFIED" }, false],
      ["QueryMetricsRequest", {}, false],
      ["QueryMetricsRequest", { aggregation: "AGGREGATION_SUM", percentile: 101 }, false],
      ["QueryMetricsRequest", { aggregation: "AGGREGATION_SUM", weekStart: "friday" }, false],
      ["QueryRetentionRequest", { frame: { range: { from: "yesterday" } } }, false],
      ["Cohort", { rule: { users: { userIds: ["u"] } } }, true],
      ["Cohort", { rule: { users: { userIds: [] } } }, false],
      ["Cohort", { rule: { users: { userIds: ["u"] }, cohortId: "a" } }, false],
      ["Cohort", { rule: {} }, false],
      ["SqlRequest", { statement: "SELECT 1", parameters: { n: "1" } }, true],
      ["SqlRequest", { statement: "SELECT 1", parameters: { "no name": "1" } }, false],
      ["AnswerInfo", { watermark: "2026-11-01T00:00:00Z", rowsRead: "12" }, true],
    ];
    for (const [name, value, good] of cases)
      expect(takes(name, value), `${name} ${JSON.stringify(value)}`).to.equal(good);
  });
});
