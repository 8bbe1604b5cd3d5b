import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import { QueryService } from "../../gen/ts/tideline/query/v1/query_service_pb.js";
import type { SqlColumn, SqlRow } from "../../gen/ts/tideline/query/v1/sql_pb.js";
import { unary } from "../client.js";
import type { CommandContext } from "../context.js";
import { plainText, sqlCsvLine, sqlJsonLine, sqlTable } from "../show/sql-rows.js";
import { UserError } from "../target.js";

interface SqlFlags {
  readonly param: Readonly<Record<string, Parameter>>;
  readonly format: "table" | "json" | "csv" | "arrow";
  readonly out?: string;
  readonly max: number;
}

interface Parameter {
  readonly type: string;
  readonly value: string;
}

/** Rows of one call. */
const pageRows = 1_000;

/** `tideline query sql` */
export function addQuerySqlCommand(query: Command, context: CommandContext): void {
  query
    .command("sql")
    .description("Runs one SELECT in ClickHouse's SQL over the project's own rows (docs/sql.md).")
    .argument("<statement>", "the statement; - reads it from stdin")
    .option("--param <name:Type=value>", "a value for {name:Type}, may be given again", collectParameter, {})
    .addOption(
      new Option("--format <word>", "how rows are written")
        .choices(["table", "json", "csv", "arrow"])
        .default("table"),
    )
    .option("--out <file>", "writes to this file; needed for arrow")
    .option("--max <n>", "at most so many rows, but for arrow", rowCount, 100_000)
    .addHelpText(
      "after",
      `
Examples:
  tideline query sql "SELECT type, count() AS n FROM events GROUP BY type ORDER BY n DESC"
  tideline query sql "SELECT * FROM users WHERE last_seen > {since:Date}" --param since:Date=2026-11-01
  tideline query sql "SELECT * FROM events" --format arrow --out events.arrow`,
    )
    .action((statement: string, flags: SqlFlags) => runSql(statement, flags, context));
}

function collectParameter(
  given: string,
  before: Readonly<Record<string, Parameter>>,
): Readonly<Record<string, Parameter>> {
  const [, name = "", type = "", value = ""] = /^(\w+)(?::([^=]+))?=([\s\S]*)$/.exec(given) ?? [];
  if (name === "") throw new InvalidArgumentError("name:Type=value");
  return { ...before, [name]: { type: type.trim(), value } };
}

function rowCount(given: string): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1");
  return value;
}

async function runSql(given: string, flags: SqlFlags, context: CommandContext): Promise<void> {
  const statement = given === "-" ? await text(process.stdin) : given;
  const parameters = parametersOf(statement, flags.param);
  if (flags.format === "arrow") return writeArrow(flags, { statement, parameters }, context);
  const sink = flags.out === undefined ? process.stdout : createWriteStream(flags.out);
  const write = (line: string) => sink.write(`${line}\n`);
  const table: SqlRow[] = [];
  let columns: readonly SqlColumn[] = [];
  let count = 0;
  for await (const page of pagesOf(context, { statement, parameters }, flags.max)) {
    if (count === 0 && flags.format === "csv") write(sqlCsvLine(page.columns.map(({ name }) => name)));
    columns = page.columns;
    count += page.rows.length;
    if (flags.format === "table") table.push(...page.rows);
    for (const row of flags.format === "table" ? [] : page.rows)
      write(flags.format === "json" ? sqlJsonLine(columns, row) : sqlCsvLine(row.values.map(plainText)));
    if (page.left > 0) console.error(`${page.left} more rows: --max ${count + page.left} gives them all`);
  }
  if (flags.format === "table") write(sqlTable(columns, table));
  if (flags.out !== undefined) await finished(sink.end());
}

interface Written {
  readonly statement: string;
  readonly parameters: Record<string, string>;
}

interface RowsPage {
  readonly columns: readonly SqlColumn[];
  readonly rows: readonly SqlRow[];
  /** Rows that follow and were not asked for. */
  readonly left: number;
}

/** The pages of a result, up to `max` rows. */
async function* pagesOf(context: CommandContext, written: Written, max: number): AsyncGenerator<RowsPage> {
  const client = context.client(QueryService, "query");
  let count = 0;
  let pageToken = "";
  do {
    const pageSize = Math.min(pageRows, max - count);
    const { columns, rows, nextPageToken, totalRows } = await client.sql(
      { ...written, pageSize, pageToken },
      unary,
    );
    count += rows.length;
    pageToken = nextPageToken;
    yield { columns, rows, left: count >= max ? Number(totalRows) - count : 0 };
  } while (pageToken !== "" && count < max);
}

/** @throws Error where a parameter was given with another type than the statement's. */
function parametersOf(statement: string, given: Readonly<Record<string, Parameter>>): Record<string, string> {
  const squeezed = statement.replace(/\s+/g, "");
  for (const [name, { type }] of Object.entries(given)) {
    if (type !== "" && !squeezed.includes(`{${name}:${type.replace(/\s+/g, "")}}`))
      throw new UserError(`--param ${name}: the statement has no {${name}:${type}}`);
  }
  return Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, value]));
}

async function writeArrow(flags: SqlFlags, written: Written, context: CommandContext): Promise<void> {
  if (flags.out === undefined) throw new UserError("--format arrow needs --out FILE");
  const sink = createWriteStream(flags.out);
  for await (const { part } of context.client(QueryService, "query").streamSql(written)) {
    if (part.case === "arrow" && !sink.write(part.value)) await once(sink, "drain");
  }
  await finished(sink.end());
}
