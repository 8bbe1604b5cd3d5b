import { expect } from "chai";
import type { Item } from "../record.js";
import { openNdjson, pathReader } from "./json.js";
import { openJsonArray } from "./json-array.js";

async function* pieces(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function read(runs: AsyncIterable<Item[]>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const run of runs) items.push(...run);
  return items;
}

describe("JSON files", () => {
  it("give an array's objects, whatever its pieces and strings", async () => {
    const objects = [{ a: 'x"],{\\' }, { b: [{ c: "]" }, []] }, {}];
    const text = ` [${objects.map((object) => JSON.stringify(object, undefined, 1)).join(" ,\n")} ]\n`;
    for (const size of [1, 2, 3, 50]) {
      const items = await read(openJsonArray(pieces(text, size)).runs());
      expect(items).to.deep.equal(objects.map((record, index) => ({ line: index + 1, record })));
    }
  });

  it("say which item of an array is none, and go on", async () => {
    const items = await read(openJsonArray(pieces('[{"a":1}, 7, {"a" 2}, {"a":3}]', 4)).runs());
    expect(items).to.deep.equal([
      { line: 1, record: { a: 1 } },
      { line: 2, unreadable: "not a JSON object" },
      { line: 3, unreadable: "not valid JSON" },
      { line: 4, record: { a: 3 } },
    ]);
  });

  it("say where an array is none or does not end", async () => {
    expect(await read(openJsonArray(pieces('{"a":1}', 3)).runs())).to.deep.equal([
      { line: 1, unreadable: "the file is no JSON array" },
    ]);
    expect(await read(openJsonArray(pieces('[{"a":1},{"b"', 3)).runs())).to.deep.equal([
      { line: 1, record: { a: 1 } },
      { line: 2, unreadable: "the file ends within the array" },
    ]);
    expect(await read(openJsonArray(pieces("[]", 1)).runs())).to.deep.equal([]);
  });

  it("give NDJSON's lines with their numbers, blank ones passed over", async () => {
    const items = await read(openNdjson(pieces('{"a":1}\r\n\n[1]\nnope\n{"a":2}', 5)).runs());
    expect(items).to.deep.equal([
      { line: 1, record: { a: 1 } },
      { line: 3, unreadable: "not a JSON object" },
      { line: 4, unreadable: "not valid JSON" },
      { line: 5, record: { a: 2 } },
    ]);
  });

  it("are read by paths, never through a prototype", () => {
    const record = { "a.b": 1, a: { b: [{ c: 2 }] }, n: null, e: "" };
    expect(pathReader("a\\.b")(record)).to.equal(1);
    expect(pathReader("a.b.0.c")(record)).to.equal(2);
    expect(pathReader("a.x.c")(record)).to.equal(undefined);
    expect(pathReader("n")(record)).to.equal(undefined);
    expect(pathReader("e")(record)).to.equal(undefined);
    expect(pathReader("constructor.name")(record)).to.equal(undefined);
  });
});
