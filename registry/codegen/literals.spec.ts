import { Script } from "node:vm";
import { expect } from "chai";
import { blockComment, literal, literalRules } from "./literals.js";
import { plainLine, remarkLines } from "./remarks.js";

const hostile = 'a"b\\c\n\u0000$x\u2028\u202e😀é';

describe("literals", () => {
  it("hold any text in TypeScript, as its own reader says", () => {
    const read = new Script(literal(hostile, literalRules.typescript)).runInNewContext();
    expect(read).to.equal(hostile);
  });

  it("are escaped as each language has it", () => {
    const in_ = (language: keyof typeof literalRules) => literal(hostile, literalRules[language]);
    expect(in_("typescript")).to.equal('"a\\"b\\\\c\\u{a}\\u{0}$x\\u{2028}\\u{202e}\\u{1f600}é"');
    expect(in_("swift")).to.equal(in_("typescript"));
    expect(in_("python")).to.equal('"a\\"b\\\\c\\u000a\\u0000$x\\u2028\\u202e\\U0001f600é"');
    expect(in_("go")).to.equal(in_("python"));
    expect(in_("java")).to.equal('"a\\"b\\\\c\\012\\000$x\\u2028\\u202e\\ud83d\\ude00é"');
    expect(in_("kotlin")).to.equal('"a\\"b\\\\c\\u000a\\u0000\\$x\\u2028\\u202e\\ud83d\\ude00é"');
  });
});

describe("docs", () => {
  it("can't end the comment that they stand in, nor begin another", () => {
    const [line] = blockComment(["*/ x /* y **/ \\u002a\\u002f /*/ */*"]);
    const inner = line?.slice("/** ".length, -" */".length) ?? "";
    expect(inner).to.not.match(/\*\/|\/\*|\\/);
    expect(line).to.match(/^\/\*\* .* \*\/$/);
  });

  it("are cut at every line end, and lose what would hide text", () => {
    const doc = "a\r\nb\u2028c\u0085d\u0000e\u202ef\u2066g";
    expect(remarkLines({ doc, deprecated: undefined, facts: [] })).to.deep.equal(["a", "b", "c", "d efg"]);
    expect(plainLine("x\ty\ud800z")).to.equal("x y z");
  });
});
