import { expect } from "chai";
import { PersonalDataAction } from "../gen/ts/tideline/admin/v1/project_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { ProjectSecrets } from "../platform/project-secrets.js";
import { compileSchema } from "./compile.js";
import { everything, type PersonalField } from "./personal.js";
import { openSealed, type Protection, protectPersonal } from "./protect.js";

const secrets = new ProjectSecrets(["a-data-secret-of-a-test"]);
const { HASH, TRUNCATE, DROP, ENCRYPT } = PersonalDataAction;

const by = (actions: Record<string, PersonalDataAction>, otherwise = HASH): Protection => ({
  projectId: "shop",
  secrets,
  actions,
  otherwise,
});
const email: PersonalField = { path: ["email"], class: "email" };

function protect(json: string, fields: readonly PersonalField[], protection: Protection): string {
  return Buffer.from(protectPersonal(Buffer.from(json), fields, protection)).toString();
}

describe("personal values", () => {
  it("are hashed where the project says nothing, and equal ones stay equal", () => {
    const text = protect('{"email":"a@b.c","big":12345678901234567890}', [email], by({}));
    expect(text).to.equal(`{"email":"${secrets.hash("shop", "a@b.c")}","big":12345678901234567890}`);
    const others = { ...by({}), projectId: "bank" };
    expect(protect('{"email":"a@b.c"}', [email], others)).to.not.include(secrets.hash("shop", "a@b.c"));
  });

  it("are dropped, from arrays too", () => {
    expect(protect('{"email":"a@b.c","n":1}', [email], by({ email: DROP }))).to.equal('{"n":1}');
    const all: PersonalField = { path: ["to", "*", "mail"], class: "email" };
    const json = '{"to":[{"mail":"x","n":1},{"n":2}]}';
    expect(protect(json, [all], by({ email: DROP }))).to.equal('{"to":[{"n":1},{"n":2}]}');
    const items: PersonalField = { path: ["to", "*"], class: "email" };
    expect(protect('{"to":["x",1]}', [items], by({ email: DROP }))).to.equal('{"to":[null,null]}');
  });

  it("are sealed, and opened for their project only", () => {
    const json = '{"email":{"address":"a@b.c","since":12345678901234567890}}';
    const { email: sealed } = JSON.parse(protect(json, [email], by({ email: ENCRYPT }))) as { email: string };
    expect(sealed).to.match(/^sealed:[\w-]+$/);
    expect(openSealed(secrets, "shop", sealed)).to.equal('{"address":"a@b.c","since":12345678901234567890}');
    expect(openSealed(secrets, "bank", sealed)).to.equal(undefined);
    expect(openSealed(secrets, "shop", "a@b.c")).to.equal(undefined);
  });

  it("are left as they are where they come from the log, and replaced where they don't", () => {
    for (const [action, value] of [
      [HASH, '"a@b.c"'],
      [ENCRYPT, '"a@b.c"'],
      [TRUNCATE, '"1990-05-17"'],
      [TRUNCATE, '"Ada"'],
      [TRUNCATE, "43210"],
    ] as const) {
      const once = protect(`{"email":${value}}`, [email], by({ email: action }));
      expect(protect(once, [email], { ...by({ email: action }), again: true })).to.equal(once);
    }
    const fresh = protect('{"email":"a@b.c"}', [email], { ...by({}), again: true });
    expect(fresh).to.equal(`{"email":"${secrets.hash("shop", "a@b.c")}"}`);
  });

  it("are truncated by what they are", () => {
    const cases: [string, string | undefined][] = [
      ['"203.0.113.7"', '"203.0.113.0"'],
      ['"2001:db8:1:2::7"', '"2001:db8:1::"'],
      ['"1990-04-02"', '"1990"'],
      ['"1990-04-02T10:00:00Z"', '"1990"'],
      ['"Ada Lovelace"', '"A…"'],
      ['"\u{1F600}\u{1F600}"', '"\u{1F600}…"'],
      ['"x"', '""'],
      ["43210", "40000"],
      ["-0.0567", "-0.05"],
      ["12345678901234567890", "10000000000000000000"],
      ["true", undefined],
      ["null", "null"],
      ['{"a":"bc","d":true}', '{"a":"b…"}'],
    ];
    for (const [value, expected] of cases) {
      const text = protect(`{"email":${value}}`, [email], by({ email: TRUNCATE }));
      expect(text, value).to.equal(expected === undefined ? "{}" : `{"email":${expected}}`);
    }
  });

  it("are found by the schema's annotations, class by class", () => {
    const schema = {
      properties: { mail: { type: "string", "x-pii": "email" }, name: { "x-pii": true }, city: {} },
    };
    const compiled = compileSchema(SchemaKind.JSON_SCHEMA, JSON.stringify(schema));
    const actions = by({ email: DROP }, TRUNCATE);
    const json = '{"mail":"a@b.c","name":"Ada","city":"Wien"}';
    expect(protect(json, compiled.personal, actions)).to.equal('{"name":"A…","city":"Wien"}');
  });

  it("are all there is where a schema can't be read, and a class may have any name", () => {
    expect(protect('{"a":1,"b":[2]}', everything, by({}, DROP))).to.equal("{}");
    const odd: PersonalField = { path: ["email"], class: "constructor" };
    expect(protect('{"email":"x"}', [odd], by({}, DROP))).to.equal("{}");
  });
});
