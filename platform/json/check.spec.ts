import { expect } from "chai";
import { checkJsonObject, parseJsonObject } from "./check.js";

const ruleOf = (text: string | Uint8Array): string => {
  const refusal = checkJsonObject(typeof text === "string" ? Buffer.from(text) : text);
  return refusal === undefined
    ? "ok"
    : refusal.path === ""
      ? refusal.rule
      : `${refusal.rule} ${refusal.path}`;
};

/** A small generator with a seed, so that a failing run can be repeated. */
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
const random = (() => {
  let state = seed >>> 0;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
})();
const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;

const randomValue = (depth: number): unknown => {
  const kind = random(depth > 4 ? 5 : 7);
  if (kind === 0) return null;
  if (kind === 1) return random(2) === 0;
  if (kind === 2) return pick([0, -0, 1, -1, 1.5, 1e300, -2.5e-300, 123456789, 2 ** 53]);
  if (kind < 5) return pick(["", "a", 'ä\u0000\n"\\/', "😀", "\u2028", "x".repeat(random(80)), "__proto__"]);
  if (kind === 5) return Array.from({ length: random(5) }, () => randomValue(depth + 1));
  return Object.fromEntries(
    Array.from({ length: random(6) }, () => [
      pick(["a", "b", "é", "", "\u0000", "a.b", "toString", String(random(9))]),
      randomValue(depth + 1),
    ]),
  );
};

describe("the check of JSON text", () => {
  it("takes objects as they come", () => {
    const texts = [
      "{}",
      ' { "a" : [ ] , "b":{},"c":[1,-0,0.5,1E5,1e-400,[[]]],"d":null,"e":true,"f":false } \n',
      '{"n":12345678901234567890,"long":0.12345678901234567890123456789}',
      '{"__proto__":{"polluted":1},"constructor":1}',
      '{"nul":"\\u0000","esc":"\\"\\\\\\/\\b\\f\\n\\r\\t\\ud83d\\ude00","é😀":"é😀"}',
      '{"a":{"x":1},"b":{"x":1},"c":[{"x":1},{"x":2}]}',
    ];
    for (const text of texts) expect(ruleOf(text), text).to.equal("ok");
  });

  it("refuses what is no JSON object", () => {
    for (const text of ["", " ", "[]", "null", "1", '"a"', "\ufeff{}"])
      expect(ruleOf(text), text).to.equal("object");
    const broken = [
      "{",
      '{"a"',
      '{"a":',
      '{"a":1',
      '{"a":1,',
      '{"a":1,}',
      "{,}",
      '{"a":1}}',
      '{"a":1} x',
      "{a:1}",
      "{'a':1}",
      '{"a":01}',
      '{"a":1.}',
      '{"a":.5}',
      '{"a":-}',
      '{"a":+1}',
      '{"a":1e}',
      '{"a":0x1}',
      '{"a":tru}',
      '{"a":nul',
      '{"a":False}',
      '{"a":NaN}',
      '{"a":Infinity}',
      '{"a":"\n"}',
      '{"a":"\\x"}',
      '{"a":"\\u12"}',
      '{"a":"b}',
      '{"a":[1,]}',
      '{"a":[1 2]}',
      '{"a":[1}',
      '{"a":{]}',
      '{"a" 1}',
      '{"a"::1}',
      '{"a":1"b":2}',
      '{"a":/**/1}',
    ];
    for (const text of broken) expect(ruleOf(text).split(" ")[0], text).to.equal("json");
  });

  it("refuses what readers disagree on, and says where", () => {
    expect(ruleOf('{"a":1,"b":{"c":1,"c":2}}')).to.equal("unique_names b.c");
    expect(ruleOf('{"a":1,"\\u0061":2}')).to.equal("unique_names a");
    expect(ruleOf('{"é":1,"\\u00e9":2}')).to.equal("unique_names é");
    expect(ruleOf('{"items":[{},{},{"price":1e400}]}')).to.equal("finite_number items[2].price");
    expect(ruleOf(`{"a":${"9".repeat(400)}.5}`)).to.equal("finite_number a");
    for (const wide of ["18446744073709551616", "-9223372036854775809", "9".repeat(400)]) {
      expect(ruleOf(`{"a":[1,${wide}]}`), wide).to.equal("integer_range a[1]");
    }
    for (const fits of ["18446744073709551615", "-9223372036854775808", "18446744073709551616.0", "1e30"]) {
      expect(ruleOf(`{"a":${fits}}`), fits).to.equal("ok");
    }
    expect(ruleOf(`{"a":${"9".repeat(305)}.0}`)).to.equal("ok");
    expect(ruleOf('{"a":"\\ud800"}')).to.equal("unicode_escape a");
    expect(ruleOf('{"a":"\\ud800\\u0041"}')).to.equal("unicode_escape a");
    expect(ruleOf('{"a":"\\udc00"}')).to.equal("unicode_escape a");
    expect(ruleOf('{"a b":{"c":["\\ud800"]}}')).to.equal('unicode_escape ["a b"].c[0]');
  });

  it("holds its bounds", () => {
    const nested = (depth: number) => [`{"a":`.repeat(depth), 1, "}".repeat(depth)].join("");
    expect(ruleOf(nested(32))).to.equal("ok");
    expect(ruleOf(nested(33))).to.match(/^max_depth a(\.a)+$/);
    expect(ruleOf(nested(100_000))).to.match(/^max_depth/);
    expect(ruleOf(`{"a":${"[".repeat(100_000)}`)).to.match(/^max_depth/);
    const names = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join()}}`;
    expect(ruleOf(names(1_000))).to.equal("ok");
    expect(ruleOf(names(1_001))).to.equal("max_names k1000");
    expect(ruleOf(`{"${"k".repeat(256)}":1}`)).to.equal("ok");
    expect(ruleOf(`{"${"k".repeat(257)}":1}`).split(" ")[0]).to.equal("max_name_bytes");
  });

  it("tells invalid UTF-8 before all else", () => {
    const wrap = (...bytes: number[]) =>
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    const invalid = [
      [0x80],
      [0xc0, 0x80],
      [0xc3],
      [0xe0, 0x80, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
    ];
    for (const bytes of [...invalid, [0xf4, 0x90, 0x80, 0x80], [0xff]]) {
      expect(ruleOf(wrap(...bytes)), String(bytes)).to.equal("utf8");
    }
    expect(ruleOf(Buffer.concat([Buffer.from("{nonsense"), Buffer.of(0xff)]))).to.equal("utf8");
    expect(ruleOf(wrap(0xf4, 0x8f, 0xbf, 0xbf))).to.equal("ok");
  });

  it("never reads past its part of the bytes", () => {
    const bytes = Buffer.from('xx{"a":"b"}yy');
    expect(checkJsonObject(bytes, 2, 11)).to.equal(undefined);
    for (let end = 2; end < 11; end++)
      expect(checkJsonObject(bytes, 2, end), String(end)).not.to.equal(undefined);
  });

  it(`agrees with JSON.parse on random texts and their mutations (SEED=${seed})`, () => {
    for (let round = 0; round < 3_000; round++) {
      const text = JSON.stringify({ v: randomValue(0) });
      expect(ruleOf(text), text).to.equal("ok");
      const at = random(text.length);
      const mutated =
        text.slice(0, at) +
        pick(["", '"', "{", "}", "[", "]", ",", "1", "\\", "x", ":", " "]) +
        text.slice(at + random(3));
      let parses = true;
      try {
        const value = JSON.parse(mutated);
        parses = typeof value === "object" && value !== null && !Array.isArray(value);
      } catch {
        parses = false;
      }
      const rule = ruleOf(mutated).split(" ")[0];
      if (!parses)
        expect(rule, mutated).to.be.oneOf([
          "json",
          "object",
          "unique_names",
          "unicode_escape",
          "finite_number",
          "integer_range",
          "max_name_bytes",
        ]);
      else
        expect(rule, mutated).to.be.oneOf([
          "ok",
          "unique_names",
          "unicode_escape",
          "finite_number",
          "integer_range",
        ]);
    }
  });

  it("parses without touching a prototype", () => {
    const parsed = parseJsonObject('{"__proto__":{"polluted":true}}');
    if (!("value" in parsed)) throw new Error("refused");
    expect(Object.keys(parsed.value)).to.deep.equal(["__proto__"]);
    expect(Reflect.get({}, "polluted")).to.equal(undefined);
    expect(parseJsonObject('{"a":1,"a":2}')).to.have.nested.property("refusal.rule", "unique_names");
  });
});
