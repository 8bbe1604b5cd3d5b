import { expect } from "chai";
import type { Item } from "../record.js";
import { MappingError } from "../record.js";
import { openCsv } from "./csv.js";

const dialect = { delimiter: ",", columns: undefined, skipRecords: 0 };

/** Reads a text handed over in pieces of `size` characters. */
async function read(text: string, size: number, options: Partial<typeof dialect> = {}): Promise<Item[]> {
  async function* pieces() {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
  }
  const source = await openCsv(pieces(), { ...dialect, ...options });
  const items: Item[] = [];
  for await (const run of source.runs()) items.push(...run);
  return items;
}

const sample = 'id,name,note\r\n1,"Ann, B.","say ""hi"""\n\n2,"two\nlines",\n3,5" nail,x\n';
const expected = [
  { line: 2, record: ["1", "Ann, B.", 'say "hi"'] },
  { line: 4, record: ["2", "two\nlines", ""] },
  { line: 6, record: ["3", '5" nail', "x"] },
];

describe("a CSV file", () => {
  it("reads the same in pieces of any size", async () => {
    for (const size of [1, 2, 3, 5, 7, 1_000])
      expect(await read(sample, size), `${size}`).to.deep.equal(expected);
  });

  it("reads a last record without an end of line, quoted or not", async () => {
    expect(await read("a,b\n1,2", 3)).to.deep.equal([{ line: 2, record: ["1", "2"] }]);
    expect(await read('a,b\n1,"2"', 3)).to.deep.equal([{ line: 2, record: ["1", "2"] }]);
  });

  it("says which records can't be read, and reads those after them", async () => {
    const items = await read('a,b\n1\n"x"y,2\n3,4\n"open,5\n6,7\n', 4);
    expect(items).to.deep.equal([
      { line: 2, unreadable: "1 cells where the header has 2" },
      { line: 3, unreadable: "text after a closing quote" },
      { line: 4, record: ["3", "4"] },
      { line: 5, unreadable: "a quoted cell has no end" },
      { line: 6, record: ["6", "7"] },
    ]);
  });

  it("splits at blanks, and passes over a header that is told", async () => {
    const options = { delimiter: "whitespace", columns: ["id", "n"] as never, skipRecords: 1 };
    expect(await read(" x  y\n 00001   7\n", 4, options)).to.deep.equal([
      { line: 2, record: ["00001", "7"] },
    ]);
  });

  it("names the columns there are where a mapping names another", async () => {
    async function* pieces() {
      yield "\uFEFFid,name\n";
    }
    const source = await openCsv(pieces(), dialect);
    expect(source.field("id")(["7", ""])).to.equal("7");
    expect(source.field("name")(["7", ""])).to.equal(undefined);
    expect(() => source.field("nope")).to.throw(MappingError, "id, name");
  });
});
