import { expect } from "chai";
import { eventWithTextProperties, findEvents, JsonShapeError } from "./spans.js";

const bytesOf = (text: string): Uint8Array => Buffer.from(text);

const texts = (text: string): string[] => {
  const bytes = bytesOf(text);
  return findEvents(bytes).events.map((span) => eventWithTextProperties(bytes, span));
};

describe("the events of a JSON request", () => {
  it("are found in each of its forms", () => {
    expect(texts('{"events":[{"type":"a"},{"type":"b"}]}')).to.deep.equal(['{"type":"a"}', '{"type":"b"}']);
    expect(texts(' [ {"type":"a"} , {"type":"b"} ] ')).to.deep.equal(['{"type":"a"}', '{"type":"b"}']);
    expect(texts('{"type":"a"}')).to.deep.equal(['{"type":"a"}']);
    expect(texts("[]")).to.deep.equal([]);
    expect(texts('{"events":null}')).to.deep.equal([]);
    expect(texts('{"\\u0065vents":[{}]}')).to.deep.equal(["{}"]);
    expect(findEvents(bytesOf('{"type":"a"}'), "message").events).to.deep.equal([]);
    expect(() => findEvents(bytesOf("[]"), "message")).to.throw(JsonShapeError);
    const { others } = findEvents(bytesOf('{"batchId":"7","events":[]}'));
    expect([...others]).to.deep.equal([["batchId", '"7"']]);
  });

  it("keep every digit of plain properties", () => {
    const properties = '{ "n": 12345678901234567890, "d": 0.10000000000000000000001, "s":"a\\"]}" }';
    const [text = ""] = texts(`[{"type":"a","properties":${properties},"userId":"u"}]`);
    expect(JSON.parse(text)).to.deep.equal({ type: "a", properties, userId: "u" });
  });

  it("keep properties that are a string or null, and turn all else into text to be judged", () => {
    expect(texts('{"properties":"{}"}')).to.deep.equal(['{"properties":"{}"}']);
    expect(texts('{"properties":null}')).to.deep.equal(['{"properties":null}']);
    expect(texts('{"properties":[1,2]}')).to.deep.equal(['{"properties":"[1,2]"}']);
    expect(texts('{"properties": 5 }')).to.deep.equal(['{"properties": "5" }']);
    expect(texts('{"\\u0070roperties":{"a":1}}')).to.deep.equal(['{"\\u0070roperties":"{\\"a\\":1}"}']);
    expect(texts('{"context":{"properties":{}}}')).to.deep.equal(['{"context":{"properties":{}}}']);
  });

  it("survive a bad neighbour", () => {
    expect(texts('[{"type":nope},5,"x",{"type":"b"}]')).to.deep.equal([
      '{"type":nope}',
      "5",
      '"x"',
      '{"type":"b"}',
    ]);
  });

  it("are not guessed where the outline is broken", () => {
    const broken = [
      "",
      "5",
      '"a"',
      "{",
      "[",
      "[{]",
      '[{"a":1}',
      '[{"a"}]',
      '{"events":5}',
      '{"events":{}}',
      "[1,]",
      "[]x",
    ];
    for (const text of [...broken, '{"a":"', '{"a":1}}', "{5:1}", '{"events":[{}] "a":1}']) {
      expect(() => texts(text), text).to.throw(JsonShapeError);
    }
  });

  it("may be nested as deep as they like", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(texts(`[{"type":"a","properties":${deep}}]`)[0]).to.have.length(200_000 + 28);
    expect(() => texts("[".repeat(1_000_000))).to.throw(JsonShapeError);
  });
});
