import {
  type DescField,
  type DescMessage,
  type DescMethod,
  type FileRegistry,
  ScalarType,
} from "@bufbuild/protobuf";
import { FaultDetailSchema, FaultReason } from "../../gen/ts/tideline/fault/v1/fault_pb.js";
import { filterHelp, propertyHelp } from "../../platform/filter-text.js";
import { fieldAt } from "../../services/query/rest/field-path.js";
import { anyQuestionPath, type Mapping, mappings, questions } from "../../services/query/rest/mappings.js";
import { shortNames } from "../../services/query/rest/parameters.js";
import { commentOf } from "./comments.js";
import { isRequired, type Schema } from "./limits.js";
import { described, Schemas } from "./schemas.js";

const about = `Questions about a project's events over plain HTTP. Each path is a method of a service of gRPC
(\`x-rpc\`), with its limits and refusals. Bodies are the JSON form of its messages: fields are written in
lowerCamelCase, and read in snake_case too; 64-bit integers are texts, and read as numbers too; what is empty or 0 is
left out of answers. A field or parameter that there is not is refused.`;

/** The OpenAPI document of the REST face: from the mappings, and the contracts with their comments and limits. */
export function openApiDocument(contracts: FileRegistry): Schema {
  const schemas = new Schemas();
  const writer = new Operations(contracts, schemas);
  const paths: Record<string, Record<string, Schema>> = {};
  for (const mapping of mappings) {
    const operations = paths[mapping.path] ?? {};
    paths[mapping.path] = { ...operations, [mapping.verb.toLowerCase()]: writer.operation(mapping) };
  }
  paths[anyQuestionPath] = { post: writer.anyQuestion() };
  return {
    openapi: "3.1.1",
    info: {
      title: "Tideline queries",
      version: "1",
      description: about.replaceAll("\n", " "),
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ key: [] }],
    paths: Object.fromEntries(Object.entries(paths).sort(([one], [other]) => (one < other ? -1 : 1))),
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key of the project." },
      },
      responses: { Refusal: refusal },
      schemas: { ...schemas.all(), Refusal: refusalSchema },
    },
  };
}

const refusal: Schema = {
  description: "Refused, with the reason.",
  headers: {
    "retry-after": { description: "Seconds after which coming back helps.", schema: { type: "integer" } },
  },
  content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } },
};

const refusalSchema: Schema = {
  type: "object",
  description: "An error as Connect writes it.",
  properties: {
    code: { type: "string", description: "Connect's name of the code, such as invalid_argument." },
    message: { type: "string", description: "For people." },
    details: {
      type: "array",
      items: {
        type: "object",
        properties: {
          type: { const: FaultDetailSchema.typeName },
          value: { type: "string", contentEncoding: "base64", description: "The message, encoded." },
          debug: {
            type: "object",
            description: "The same, readable.",
            properties: {
              reason: {
                type: "string",
                enum: Object.keys(FaultReason)
                  .filter((name) => Number.isNaN(Number(name)))
                  .map((name) => `FAULT_REASON_${name}`),
              },
              facts: {
                type: "object",
                description: "What the reason is about, such as field and rule.",
                additionalProperties: { type: "string" },
              },
            },
          },
        },
      },
    },
  },
  required: ["code"],
};

const inAddress = /\{(\w+)\}/g;

class Operations {
  readonly #contracts: FileRegistry;
  readonly #schemas: Schemas;

  constructor(contracts: FileRegistry, schemas: Schemas) {
    this.#contracts = contracts;
    this.#schemas = schemas;
  }

  operation(mapping: Mapping): Schema {
    const method = this.#methodOf(mapping.rpc);
    const ofPath = new Set([...mapping.path.matchAll(inAddress)].map(([, name]) => name));
    const parameters = Object.entries(mapping.fields).map(([name, path]) =>
      this.#parameter(name, fieldAt(method.input, path), ofPath.has(name)),
    );
    const [, , tag = ""] = mapping.path.split("/");
    return {
      operationId: operationId(mapping),
      tags: [tag],
      ...described(commentOf(method)),
      "x-rpc": `${method.parent.typeName}/${method.name}`,
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(mapping.body === undefined ? {} : { requestBody: this.#body(method.input, mapping.body) }),
      responses: answers(this.#schemas.refTo(method.output)),
    };
  }

  /** The path that asks any of the questions. */
  anyQuestion(): Schema {
    const kinds = Object.entries(questions).map(([kind, rpc]) => {
      const method = this.#methodOf(rpc);
      const whole = this.#schemas.refTo(method.input);
      const schema = kind === "sql" ? { oneOf: [whole, { type: "string" }] } : whole;
      const one = { type: "object", properties: { [kind]: schema }, required: [kind] };
      return { one: { ...one, additionalProperties: false }, answer: this.#schemas.refTo(method.output) };
    });
    const answered = new Map(kinds.map(({ answer }) => [JSON.stringify(answer), answer]));
    return {
      operationId: "query",
      tags: ["query"],
      description:
        "Asks any question: an object with one field, its kind. The answer is that of the kind's own path.",
      requestBody: jsonContent({ oneOf: kinds.map(({ one }) => one) }),
      responses: answers({ anyOf: [...answered.values()] }),
    };
  }

  #body(input: DescMessage, field: string): Schema {
    return jsonContent(
      field === "" ? this.#schemas.refTo(input) : this.#schemas.valueOf(fieldAt(input, field)),
    );
  }

  #parameter(name: string, field: DescField, isInPath: boolean): Schema {
    return {
      name,
      in: isInPath ? "path" : "query",
      ...described(commentOf(field)),
      ...(isInPath || isRequired(field) ? { required: true } : {}),
      schema: this.#parameterSchema(field),
      ...(field.fieldKind === "list" ? { style: "form", explode: true } : {}),
    };
  }

  /** The forms that values have in an address. */
  #parameterSchema(field: DescField): Schema {
    if (field.fieldKind === "list" && field.message !== undefined) {
      const form = field.message.name === "Filter" ? filterHelp : propertyHelp;
      return { type: "array", items: { type: "string", description: form } };
    }
    if (field.enum !== undefined) {
      const one = { type: "string", enum: [...shortNames(field.enum).keys()] };
      return field.fieldKind === "list" ? { type: "array", items: one } : one;
    }
    const schema = this.#schemas.valueOf(field);
    return field.scalar === ScalarType.UINT64 ? { type: "integer", minimum: 0 } : schema;
  }

  /** The method as the contracts with their comments have it. */
  #methodOf({ parent, name }: DescMethod): DescMethod {
    const method = this.#contracts.getService(parent.typeName)?.methods.find((it) => it.name === name);
    if (method === undefined) throw new Error(`the contracts have no ${parent.typeName}/${name}`);
    return method;
  }
}

const jsonContent = (schema: Schema): Schema => ({
  required: true,
  content: { "application/json": { schema } },
});

const answers = (schema: Schema): Schema => ({
  "200": { description: "The answer.", content: { "application/json": { schema } } },
  default: { $ref: "#/components/responses/Refusal" },
});

/** Several paths may have one method: the first has its name alone. */
function operationId(mapping: Mapping): string {
  const same = mappings.filter(({ rpc }) => rpc === mapping.rpc);
  const index = same.indexOf(mapping);
  return index === 0 ? mapping.rpc.localName : `${mapping.rpc.localName}By${titled(mapping.verb)}`;
}

const titled = (verb: string): string => `${verb.slice(0, 1)}${verb.slice(1).toLowerCase()}`;
