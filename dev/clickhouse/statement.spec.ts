import { expect } from "chai";
import { EngineError } from "./engine-error.js";
import { readStatement } from "./statement.js";

const read = (text: string) => readStatement(Buffer.from(text));

function insertOf(text: string): { target: string; settings: string; format: string; data: string } {
  const statement = read(text);
  if (statement.kind !== "insert") throw new Error("not an insert with data");
  const { target, settings, format, dataAt } = statement;
  return { target, settings, format, data: Buffer.from(text).subarray(dataAt).toString() };
}

function codeOf(text: string): number {
  try {
    read(text);
  } catch (error) {
    if (error instanceof EngineError) return error.code;
    throw error;
  }
  throw new Error(`${text} was not refused`);
}

describe("a statement", () => {
  it("is given on as it is when it carries no data", () => {
    expect(read("SELECT 'é' ;\n-- end")).to.deep.equal({ kind: "plain", sql: "SELECT 'é' ", reads: true });
    expect(read("/* a; */ WITH 1 AS x SELECT x")).to.include({ kind: "plain", reads: true });
    expect(read("ALTER TABLE t DELETE WHERE 1")).to.include({ kind: "plain", reads: false });
    expect(read("INSERT INTO t SELECT * FROM u;")).to.include({ kind: "plain", reads: false });
    expect(read("INSERT INTO t (a) WITH 1 AS x SELECT x")).to.include({ kind: "plain" });
  });

  it("is one: a second one is refused", () => {
    for (const text of ["SELECT 1; SELECT 2", "SELECT 1;;", "INSERT INTO t SELECT 1; DROP TABLE t"]) {
      expect(codeOf(text), text).to.equal(62);
    }
  });

  it("keeps semicolons inside quotes, names, heredocs and comments", () => {
    for (const text of [
      "SELECT ';'",
      "SELECT 'a''; b'",
      "SELECT '\\'; b'",
      "SELECT `;`",
      'SELECT ";"',
      "SELECT $a$;$a$",
    ]) {
      expect(read(text), text).to.deep.equal({ kind: "plain", sql: text, reads: true });
    }
    expect(read("SELECT 1 -- ; DROP\n+ 1 # ; x\n/* ; */")).to.include({ kind: "plain" });
  });

  it("is refused when something in it has no end", () => {
    for (const text of ["SELECT 'a", "SELECT /* a", "SELECT `a", "SELECT $a$ b", "", " -- a"]) {
      expect(codeOf(text), text).to.equal(62);
    }
  });

  it("is refused when it names files of the machine or what the engine cannot do", () => {
    for (const text of [
      "SELECT 1 INTO OUTFILE 'a'",
      "INSERT INTO t FROM INFILE 'a' FORMAT CSV",
      "INSERT INTO t SELECT * FROM input('a Int8') FORMAT CSV\n1",
      "INSERT INTO t SELECT 1 FORMAT CSV\n1\n\nDROP TABLE t",
      "WITH 1 AS x INSERT INTO t FORMAT CSV\n1\n\nDROP TABLE t",
      "EXPLAIN INSERT INTO t VALUES (1)",
      "KILL QUERY WHERE 1 SYNC",
    ]) {
      expect(codeOf(text), text).to.equal(48);
    }
  });
});

describe("an insert with data", () => {
  it("is cut where its data begins", () => {
    expect(insertOf("INSERT INTO t FORMAT CSV\n1\n\nDROP TABLE t")).to.deep.equal({
      target: "INSERT INTO t ",
      settings: "",
      format: "CSV",
      data: "1\n\nDROP TABLE t",
    });
    expect(insertOf("insert into t values (1), (';');")).to.include({
      format: "Values",
      data: " (1), (';');",
    });
    expect(insertOf("INSERT INTO t VALUES\n(1)\n\n;DROP TABLE t")).to.include({
      data: "\n(1)\n\n;DROP TABLE t",
    });
  });

  it("keeps blanks of the data: one end of line is the statement's own", () => {
    expect(insertOf("INSERT INTO t FORMAT TSV \t\n\n1")).to.include({ data: "\n1" });
    expect(insertOf("INSERT INTO t FORMAT TSV;\r\n1")).to.include({ data: "1" });
    expect(insertOf("INSERT INTO t FORMAT RowBinary\n'\"`")).to.include({ data: "'\"`" });
  });

  it("keeps its columns and settings apart from its target", () => {
    expect(
      insertOf("INSERT INTO TABLE d.`t;x` (a, `format`) SETTINGS async_insert = 0 FORMAT CSV\n1"),
    ).to.deep.equal({
      target: "INSERT INTO TABLE d.`t;x` (a, `format`) ",
      settings: "SETTINGS async_insert = 0 ",
      format: "CSV",
      data: "1",
    });
  });

  it("may go to a table of any name", () => {
    expect(insertOf("INSERT INTO format FORMAT CSV\n1")).to.include({ target: "INSERT INTO format " });
    expect(insertOf("INSERT INTO values.select VALUES (1)")).to.include({
      target: "INSERT INTO values.select ",
    });
  });

  it("is refused without data, format or query", () => {
    expect(codeOf("INSERT INTO t")).to.equal(62);
    expect(codeOf("INSERT INTO t FORMAT")).to.equal(62);
  });
});
