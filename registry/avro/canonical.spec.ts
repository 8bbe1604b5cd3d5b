import avsc from "avsc";
import { expect } from "chai";
import { requireOutside } from "../../tests/support/missing.js";
import { filesOfTar } from "../../tests/support/tar.js";
import { parsingForm } from "./canonical.js";
import { fingerprintOf } from "./fingerprint.js";
import { avroLanguage } from "./language.js";

const parse = (text: string, ...references: string[]) =>
  avroLanguage.parse({
    text,
    references: references.map((one, index) => ({ name: `r${index}`, subject: "s", version: 1, text: one })),
  });
const canonical = (text: string, ...references: string[]) => parse(text, ...references).canonical;
const normalized = (text: string) => avroLanguage.normalized(parse(text));

describe("Avro: texts of a schema", () => {
  it("prints as Java's Schema.toString does", () => {
    expect(canonical(' { "type" : "int" } ')).to.equal('"int"');
    expect(canonical('{"type":"string","zz":1,"aa":[1.50,{"b":null}]}')).to.equal(
      '{"type":"string","zz":1,"aa":[1.5,{"b":null}]}',
    );
    const text =
      '{"x-team":"a","fields":[' +
      '{"default":0,"type":"double","name":"d","doc":"D","order":"DESCENDING","aliases":["e"],"p":1},' +
      '{"type":{"items":"int","type":"array"},"name":"l","default":[]},{"name":"o","type":"x.y.R"}],' +
      '"doc":"Doc \\"q\\"","namespace":"x.y","aliases":["Old","z.Older"],"name":"R","type":"record"}';
    expect(canonical(text)).to.equal(
      '{"type":"record","name":"R","namespace":"x.y","doc":"Doc \\"q\\"","fields":[' +
        '{"name":"d","type":"double","doc":"D","default":0,"order":"descending","aliases":["e"],"p":1},' +
        '{"name":"l","type":{"type":"array","items":"int"},"default":[]},{"name":"o","type":"R"}],' +
        '"x-team":"a","aliases":["Old","z.Older"]}',
    );
    expect(canonical('{"type":"enum","name":"a.E","symbols":["A"],"default":"A","doc":"","p":1}')).to.equal(
      '{"type":"enum","name":"E","namespace":"a","doc":"","symbols":["A"],"default":"A","p":1}',
    );
    expect(canonical('{"type":"fixed","size":4,"name":"F","logicalType":"x"}')).to.equal(
      '{"type":"fixed","name":"F","size":4,"logicalType":"x"}',
    );
    expect(canonical('{"type":"error","name":"F","fields":[]}')).to.equal(
      '{"type":"error","name":"F","fields":[]}',
    );
  });

  it("writes namespaces where they change, and names in full where they must be", () => {
    const nested =
      '{"type":"record","name":"A","namespace":"n","fields":[' +
      '{"name":"b","type":{"type":"record","name":"B","namespace":"m","fields":[{"name":"a","type":"n.A"}]}},' +
      '{"name":"c","type":{"type":"fixed","name":"C","size":1}},{"name":"c2","type":"n.C"},' +
      '{"name":"d","type":{"type":"fixed","name":"D","namespace":"","size":1}},{"name":"d2","type":"D"}]}';
    expect(canonical(nested)).to.equal(nested.replace('"n.C"', '"C"'));
  });

  it("keeps numbers as Java prints them", () => {
    const withDefault = (text: string) =>
      canonical(
        `{"type":"record","name":"R","fields":[{"name":"d","type":"double","default":${text}}]}`,
      ).match(/default":([^}]*)/)?.[1];
    expect(withDefault("0")).to.equal("0");
    expect(withDefault("0.0")).to.equal("0.0");
    expect(withDefault("1.50")).to.equal("1.5");
    expect(withDefault("-0.0")).to.equal("-0.0");
    expect(withDefault("1e3")).to.equal("1000.0");
    expect(withDefault("12345678.5")).to.equal("1.23456785E7");
    expect(withDefault("1e-5")).to.equal("1.0E-5");
    expect(withDefault("12345678901234567890")).to.equal("12345678901234567890");
  });

  it("is the same text when it is read again", () => {
    const text =
      '{"type":"record","name":"a.R","fields":' +
      '[{"name":"u","type":["null",{"type":"map","values":"R"}],"default":null}]}';
    expect(canonical(canonical(text))).to.equal(canonical(text));
    expect(canonical(normalized(text))).to.equal(normalized(text));
  });

  it("sorts properties and aliases where it normalizes", () => {
    expect(
      normalized(
        '{"type":"record","name":"r","aliases":["b","a"],"fields":' +
          '[{"name":"f","type":"string","z":{"b":1,"a":2},"a":"a"}]}',
      ),
    ).to.equal(
      '{"type":"record","name":"r","fields":' +
        '[{"name":"f","type":"string","a":"a","z":{"a":2,"b":1}}],"aliases":["a","b"]}',
    );
  });

  it("names the types of referenced schemas without repeating them", () => {
    const money = '{"type":"record","name":"Money","namespace":"x","fields":[]}';
    const order = '{"type":"record","name":"Order","namespace":"x","fields":[{"name":"m","type":"x.Money"}]}';
    expect(canonical(order, money)).to.equal(order.replace("x.Money", "Money"));
    expect(parsingForm(parse(order, money).type)).to.equal(
      '{"name":"x.Order","type":"record","fields":' +
        '[{"name":"m","type":{"name":"x.Money","type":"record","fields":[]}}]}',
    );
  });

  it("has the canonical forms and fingerprints of Avro's own tests", async function () {
    const archive = requireOutside(this, "shared/data/conformance/avro-share-test.tar.gz");
    const tests = (await filesOfTar(archive)).get("share/test/data/schema-tests.txt") ?? "";
    let forms = 0;
    let fingerprints = 0;
    for (const part of tests.split(/^\/\/ \d{3}$/m).slice(1)) {
      const input = /^<<INPUT (.+)$/m.exec(part)?.[1] ?? /^<<INPUT\n([\s\S]*?)^INPUT$/m.exec(part)?.[1] ?? "";
      const schema = parse(input.replace(/ --.*/, ""));
      const form = /^<<canonical (.+)$/m.exec(part)?.[1];
      if (form !== undefined) {
        expect(parsingForm(schema.type)).to.equal(form);
        forms++;
      }
      const crc = /^<<fingerprint (.+)$/m.exec(part)?.[1];
      if (crc === undefined) continue;
      expect(Buffer.from(fingerprintOf(schema.type, "CRC-64-AVRO")).readBigInt64LE().toString()).to.equal(
        crc,
      );
      fingerprints++;
    }
    expect({ forms, fingerprints }).to.deep.equal({ forms: 34, fingerprints: 26 });
  });

  it("has the fingerprints that avsc has", () => {
    const text =
      '{"type":"record","name":"R","namespace":"x","doc":"d","fields":[{"name":"a","type":["null","R"]}]}';
    const peer = avsc.Type.forSchema(JSON.parse(text) as avsc.Schema);
    const { type } = parse(text);
    expect(Buffer.from(fingerprintOf(type, "MD5"))).to.deep.equal(peer.fingerprint("md5"));
    expect(Buffer.from(fingerprintOf(type, "SHA-256"))).to.deep.equal(peer.fingerprint("sha256"));
  });
});
