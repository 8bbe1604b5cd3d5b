import { expect } from "chai";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { compileSchema } from "./compile.js";
import { classInProps, classOfTags, FieldTags, type TagsByPath } from "./personal-class.js";

const { AVRO, JSON_SCHEMA, PROTOBUF } = SchemaKind;

/** The personal fields of a schema with tags beside it. */
const personal = (kind: SchemaKind, schema: object | string, tags: TagsByPath = {}): string[] => {
  const text = typeof schema === "string" ? schema : JSON.stringify(schema);
  const { personal: fields } = compileSchema(kind, text, { metadata: { tags } });
  return fields.map(({ path, class: its }) => `${path.join(".")}: ${its}`);
};

describe("Confluent's tags", () => {
  it("are about personal data where they say PII, with a class behind it or without", () => {
    expect(["PII", "pii", "PII_EMAIL", "PII:email", "pii-Name", "PII.a.b"].map(classOfTags)).to.deep.equal([
      ...["personal", "personal", "email", "email", "name", "a.b"],
    ]);
    expect(classOfTags(["SECRET", "PII", "PII_PHONE"])).to.equal("phone");
    for (const other of [["PIIX"], ["SENSITIVE"], ["XPII"], ["PII_"], [], undefined, 7, [7, {}]])
      expect(classOfTags(other), JSON.stringify(other)).to.equal("");
    const props: Record<string, unknown> = { pii: "email", "confluent:tags": ["PII_PHONE"] };
    expect(classInProps((name) => props[name])).to.equal("email");
  });

  it("match names as Confluent's wildcards do", () => {
    const takes = (path: string, name: string) => new FieldTags({ [path]: ["PII"] }).classOf(name) !== "";
    const cases: [string, string, boolean][] = [
      ["a.b", "a.b", true],
      ["a.b", "a.bc", false],
      ["a.b", "axb", false],
      ["**.ssn", "com.acme.Person.ssn", true],
      ["**.ssn", "ssn", false],
      ["**ssn", "ssn", true],
      ["*.ssn", "Person.ssn", true],
      ["*.ssn", "com.Person.ssn", false],
      ["com.*.ssn", "com.Person.ssn", true],
      ["com.acme.**", "com.acme.Person.ssn", true],
      ["P?rson.*", "Person.ssn", true],
      ["P?rson.*", "Prson.ssn", false],
      ["a.\\*", "a.*", true],
      ["a.\\*", "a.b", false],
      ["**", "anything.at.all", true],
      ["", "a", false],
    ];
    for (const [path, name, expected] of cases)
      expect(takes(path, name), `${path} ${name}`).to.equal(expected);
    // What is asked of a field's own name lets through all that the whole pattern takes.
    for (const [path, name, expected] of cases) {
      const own = name.slice(name.lastIndexOf(".") + 1);
      if (expected) expect(new FieldTags({ [path]: ["PII"] }).mayBe(own), `${path} ${own}`).to.equal(true);
    }
  });

  it("are bounded: what costs too much to compare is personal", () => {
    const path = `${"**a".repeat(3_000)}b`;
    const tags = new FieldTags({ [path]: ["PII"] });
    const started = performance.now();
    for (let count = 0; count < 100; count++) tags.classOf("a".repeat(250));
    expect(tags.classOf("a".repeat(250))).to.equal("personal");
    expect(performance.now() - started).to.be.lessThan(5_000);
  });

  it("make fields of an Avro record personal, by the record's full name", () => {
    const schema = {
      ...{ type: "record", name: "Person", namespace: "com.acme" },
      fields: [
        { name: "ssn", type: "string" },
        { name: "note", type: "string", "confluent:tags": ["SECRET", "PII_NOTE"] },
        {
          name: "homes",
          type: {
            type: "array",
            items: { type: "record", name: "Home", fields: [{ name: "ssn", type: "string" }] },
          },
        },
      ],
    };
    expect(personal(AVRO, schema)).to.deep.equal(["note: note"]);
    const all = personal(AVRO, schema, { "**.ssn": ["PII"] });
    expect(all).to.have.members(["ssn: personal", "note: note", "homes.*.ssn: personal"]);
    const one = personal(AVRO, schema, { "com.acme.Home.ssn": ["PII_SSN"], "com.acme.Home.x": ["PII"] });
    expect(one).to.have.members(["note: note", "homes.*.ssn: ssn"]);
    expect(personal(AVRO, schema, { "**.ssn": ["PUBLIC"] })).to.deep.equal(["note: note"]);
  });

  it("make properties of a JSON Schema personal, by their way from $, also behind references", () => {
    const schema = {
      properties: {
        ssn: { type: "string" },
        plain: { type: "string", "confluent:tags": ["PII"] },
        homes: { type: "array", items: { $ref: "#/$defs/home" } },
        all: { allOf: [{ properties: { ssn: {}, email: {} } }] },
      },
      $defs: { home: { properties: { ssn: {}, street: {} } } },
    };
    expect(personal(JSON_SCHEMA, schema)).to.deep.equal(["plain: personal"]);
    const everywhere = ["plain: personal", "ssn: personal", "homes.*.ssn: personal", "all.ssn: personal"];
    expect(personal(JSON_SCHEMA, schema, { "**.ssn": ["PII"] })).to.have.members(everywhere);
    for (const path of ["$.homes[0].ssn", "$.homes[*].ssn", "$.homes.ssn", "homes.*"]) {
      const found = personal(JSON_SCHEMA, schema, { [path]: ["PII_SSN"] });
      expect(found, path).to.include("homes.*.ssn: ssn").and.not.include("ssn: ssn");
    }
    expect(personal(JSON_SCHEMA, schema, { "$.homes": ["PII"] })).to.have.members([
      ...["plain: personal", "homes: personal"],
    ]);
  });

  it("reach what takes anything, and items by any number", () => {
    const item = { properties: { ssn: {}, street: {} } };
    const schema = {
      properties: { ssn: true, mails: { type: "array", items: { type: "string" } }, homes: { items: item } },
    };
    for (const [path, field] of [
      ["$.ssn", "ssn"],
      ["$.mails[0]", "mails.*"],
      ["mails[7]", "mails.*"],
      ["$.mails[*]", "mails.*"],
      ["$.homes[3].ssn", "homes.*.ssn"],
    ] as const) {
      expect(personal(JSON_SCHEMA, schema, { [path]: ["PII"] }), path).to.deep.equal([`${field}: personal`]);
    }
    const odd = { properties: { "a[1]": {} } };
    expect(personal(JSON_SCHEMA, odd, { "$.a[1]": ["PII"] })).to.deep.equal(["a[1]: personal"]);
  });

  it("make fields of a Protobuf message personal, by the message's full name", () => {
    const text = `syntax = "proto3"; package acme;
      message Person { string home_ssn = 1; Home home = 2;
        string x = 3 [(confluent.field_meta) = { tags: ["PII_X"] }];
        message Home { string ssn = 1; } }
      message Other { string ssn = 1; }`;
    expect(personal(PROTOBUF, text)).to.deep.equal(["x: x"]);
    expect(personal(PROTOBUF, text, { "**ssn": ["PII"] })).to.have.members([
      ...["homeSsn: personal", "home.ssn: personal", "x: x"],
    ]);
    expect(personal(PROTOBUF, text, { "acme.Person.Home.ssn": ["PII"] })).to.have.members([
      ...["home.ssn: personal", "x: x"],
    ]);
  });
});
