import { expect } from "chai";
import { PersonalDataAction } from "../gen/ts/tideline/admin/v1/project_pb.js";
import { SchemaKind } from "../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { ProjectSecrets } from "../platform/project-secrets.js";
import { compileSchema } from "./compile.js";
import { maskPersonal, type PersonalField } from "./personal.js";
import { protectPersonal } from "./protect.js";

const email: PersonalField = { path: ["c", "email"], class: "email" };
const emails: PersonalField = { path: ["c", "*", "email"], class: "email" };

const masked = (json: string, fields: readonly PersonalField[]): unknown =>
  JSON.parse(maskPersonal(json, fields));

/** What the door leaves of properties where personal values are dropped. */
const stored = (json: string, fields: readonly PersonalField[]): string => {
  const protection = {
    projectId: "shop",
    secrets: new ProjectSecrets(["a-data-secret-of-a-test"]),
    actions: {},
    otherwise: PersonalDataAction.DROP,
  };
  return Buffer.from(protectPersonal(Buffer.from(json), fields, protection)).toString();
};

const alice = { email: "alice" };
const shown = (value: unknown, fields: readonly PersonalField[]): unknown =>
  masked(JSON.stringify(value), fields);

describe("the places of personal fields", () => {
  it("are personal as a whole where another shape stands there", () => {
    for (const c of ["alice", 5, true, [alice], ["alice"], [[alice]]]) {
      expect(shown({ c, n: 1 }, [email])).to.deep.equal({ c: "***", n: 1 });
      expect(stored(JSON.stringify({ c, n: 1 }), [email])).to.equal('{"n":1}');
    }
    expect(shown({ c: null, n: [1] }, [email])).to.deep.equal({ c: null, n: [1] });
    for (const c of ["alice", 5]) expect(shown({ c }, [emails])).to.deep.equal({ c: "***" });
    expect(shown({ c: [[alice], "alice", alice] }, [emails])).to.deep.equal({
      c: ["***", "***", { email: "***" }],
    });
    expect(stored(JSON.stringify({ c: [[alice], "alice", { ...alice, n: 1 }] }), [emails])).to.equal(
      '{"c":[null,null,{"n":1}]}',
    );
  });

  it("are found in one item or member where many are expected", () => {
    const deep = { email: { address: "alice" }, n: { x: 1, y: 2 } };
    expect(shown({ c: deep }, [emails])).to.deep.equal({ c: { email: "***", n: { x: 1, y: 2 } } });
    expect(stored(JSON.stringify({ c: deep }), [emails])).to.equal('{"c":{"n":{"x":1,"y":2}}}');
    expect(shown({ c: { a: alice } }, [emails])).to.deep.equal({ c: { a: { email: "***" } } });
  });

  it("are found behind the names of union branches, in what was never checked", () => {
    const wrapped = { c: { "org.C": { ...alice, n: 1 } } };
    expect(shown(wrapped, [email])).to.deep.equal({ c: { "org.C": { email: "***", n: 1 } } });
    expect(shown({ c: { string: "alice" } }, [email])).to.deep.equal({ c: { string: "***" } });
    expect(shown({ R: { c: alice }, n: "wrong" }, [email])).to.deep.equal({
      R: { c: { email: "***" } },
      n: "wrong",
    });
    expect(shown({ c: { array: [{ C: alice }] } }, [emails])).to.deep.equal({ c: { array: "***" } });
  });

  it("are replaced once where two ways lead to them, by the first one's class", () => {
    const two: PersonalField[] = [email, { path: ["c", "*"], class: "other" }];
    const protection = {
      projectId: "shop",
      secrets: new ProjectSecrets(["a-data-secret-of-a-test"]),
      actions: { email: PersonalDataAction.TRUNCATE },
      otherwise: PersonalDataAction.DROP,
    };
    const text = protectPersonal(Buffer.from('{"c":{"email":"alice","name":"x"}}'), two, protection);
    expect(Buffer.from(text).toString()).to.equal('{"c":{"email":"a…"}}');
  });

  it("have the names that an Avro schema gives them, aliases among them, and those at types", () => {
    const marked = { type: "string", pii: "email" };
    const c = { type: "record", name: "C", fields: [{ name: "email", aliases: ["mail"], type: marked }] };
    const fields = [
      { name: "c", aliases: ["contact"], type: ["null", c] },
      { name: "phone", aliases: ["n"], type: "string", pii: "phone" },
      { name: "n", type: "int" },
      { name: "whole", type: { type: "record", name: "W", pii: true, fields: [{ name: "a", type: "int" }] } },
    ];
    const schema = { type: "record", name: "R", fields };
    const { personal } = compileSchema(SchemaKind.AVRO, JSON.stringify(schema));
    expect(personal.map(({ path, class: its }) => `${path.join(".")}: ${its}`)).to.deep.equal([
      "c.email: email",
      "phone: phone",
      "whole: personal",
    ]);
    const sent = {
      contact: { mail: "alice" },
      c: { C: { mail: "alice" } },
      phone: { string: "1" },
      n: 1,
      whole: {},
    };
    expect(shown(sent, personal)).to.deep.equal({
      contact: { mail: "***" },
      c: { C: { mail: "***" } },
      phone: "***",
      n: 1,
      whole: "***",
    });
  });

  it("have the names that a Protobuf schema gives them, in bounded time", () => {
    const option = '[(acme.pii) = "email"]';
    const head =
      'syntax = "proto2"; import "google/protobuf/descriptor.proto"; import "google/protobuf/any.proto"; ' +
      "package acme; extend google.protobuf.FieldOptions { optional string pii = 50001; } ";
    const personalOf = (text: string) => compileSchema(SchemaKind.PROTOBUF, head + text).personal;
    const personal = personalOf(
      `message R { optional string user_email = 1 ${option}; optional R next_one = 2;
       optional google.protobuf.Any any = 3;
       extensions 100 to 200; } extend R { optional string phone = 100 ${option}; }`,
    );
    expect(shown({ user_email: "a", userEmail: "a", any: {}, "[acme.phone]": "1" }, personal)).to.deep.equal({
      user_email: "***",
      userEmail: "***",
      any: "***",
      "[acme.phone]": "***",
    });
    expect(shown({ next_one: { next_one: { next_one: { n: 1 } } } }, personal)).to.deep.equal({
      next_one: { next_one: { next_one: "***" } },
    });
    const fields = Array.from({ length: 60 }, (_, n) => `optional M f${n} = ${n + 1};`).join(" ");
    const began = performance.now();
    expect(personalOf(`message M { ${fields} optional string email = 100 ${option}; }`)).to.deep.equal([
      { path: ["*"], class: "personal" },
    ]);
    expect(personalOf(`message M { ${fields} optional string email = 100; }`)).to.deep.equal([]);
    expect(performance.now() - began).to.be.below(2_000);
  });
});
