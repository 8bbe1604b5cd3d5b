import { expect } from "chai";
import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import { cased, wordsOf } from "./names.js";
import { languages, printClient } from "./print-client.js";
import { readModels } from "./read-models.js";

describe("names", () => {
  it("are split where a reader would", () => {
    expect(wordsOf("userId")).to.deep.equal(["user", "id"]);
    expect(wordsOf("HTTPServer2Name")).to.deep.equal(["http", "server2", "name"]);
    expect(wordsOf("a-b.c d__e$f")).to.deep.equal(["a", "b", "c", "d", "e", "f"]);
    expect(wordsOf("größe")).to.deep.equal(["größe"]);
  });

  it("are identifiers whatever they are made of", () => {
    expect(cased("2fa", "camel")).to.equal("n2fa");
    expect(cased("2fa", "pascal")).to.equal("N2fa");
    expect(cased("购买", "camel")).to.equal("购买");
    expect(cased("购买", "pascal")).to.equal("X购买");
    expect(cased("☃", "snake")).to.equal("u2603");
    expect(cased("😀", "pascal")).to.equal("U1f600");
    expect(cased("", "camel")).to.equal("u");
    // Full-width letters are letters, and Python would take them for ASCII.
    expect(cased("ｃｌａｓｓ", "camel")).to.equal("class");
    for (const style of ["camel", "pascal", "snake", "screaming"] as const) {
      for (const name of ['"; drop', "a\nb", "\u202e", "*/", "$x}", "\ud800", "ß", "ŉ", "_", "-1"]) {
        expect(cased(name, style)).to.match(/^[\p{Lu}\p{Ll}\p{Lo}][\p{Lu}\p{Ll}\p{Lo}\d_]*$/u);
      }
    }
  });

  it("that are the same once cased are told apart in the order of the schema", () => {
    const fields = ["userId", "user_id", "USER_ID", "userId2"].map((name) => ({ name, type: "int" }));
    const text = JSON.stringify({ type: "record", name: "R", fields });
    const { events } = readModels([{ subject: "r", version: 1, schemaId: 1, kind: SchemaKind.AVRO, text }]);
    const [file] = printClient("go", events);
    const found = [...(file?.text ?? "").matchAll(/^\t(UserId\d*) +\*int32$/gm)].map(([, name]) => name);
    expect(found).to.deep.equal(["UserId", "UserId2", "UserId3", "UserId22"]);
  });

  it("of events that clash in a file or a method are told apart in every language", () => {
    const subjects = [
      "a b",
      "a-b",
      "a_b",
      "A B",
      "class",
      "class_event",
      "tracker",
      "con",
      "con_event",
      "x_test",
    ];
    const text = JSON.stringify({ type: "record", name: "R", fields: [] });
    const { events } = readModels(
      subjects.map((subject, index) => ({
        subject,
        version: 1,
        schemaId: index,
        kind: SchemaKind.AVRO,
        text,
      })),
    );
    for (const language of languages) {
      const names = printClient(language, events).map(({ path }) => path.toLowerCase());
      expect(names).to.have.length(subjects.length + (language === "python" ? 2 : 1));
      expect(new Set(names).size, names.join()).to.equal(names.length);
      if (language === "go") expect(names.filter((name) => name.endsWith("_test.go"))).to.deep.equal([]);
    }
  });

  it("that are long have gofmt's two lines for a function that does nothing", () => {
    const functions = (length: number): string[] => {
      const name = "n".repeat(length);
      const fields = [{ name, type: ["int", "string"] }];
      const text = JSON.stringify({ type: "record", name: "R", fields });
      const schema = { subject: "r", version: 1, schemaId: 1, kind: SchemaKind.AVRO, text };
      const [file] = printClient("go", readModels([schema]).events);
      return (file?.text ?? "").split("\n").filter((line) => line.startsWith("func (RN"));
    };
    // "func (RNnnnInt) isRNnnn()": gofmt has 99 characters on one line, and not 100.
    const [short = "", long = ""] = [functions(41)[0], functions(42)[0]];
    expect(short.replace(" {}", "")).to.have.length(99);
    expect(short).to.match(/\(\) \{\}$/);
    expect(long).to.match(/\(\) \{$/);
  });
});
