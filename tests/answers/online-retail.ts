// What a question on the Online Retail file has for an answer, computed by DuckDB from the file itself. The lines are
// read as texts and calculated with as decimals, so that no sum has a rounding error of its own.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DuckDb } from "../support/duckdb.js";
import type { Figures } from "../support/figures.js";

/** A line of the file as it stands there, and the id of the event that it becomes. */
export interface RetailLine {
  readonly eventId: string;
  readonly invoice: string;
  readonly stockCode: string;
  readonly quantity: number;
  readonly unitPrice: number;
  readonly customer: string;
  readonly country: string;
  readonly timeMs: number;
}

/** The answers; months read "2010-12". */
export interface RetailAnswers {
  /** "2010-12 / purchase": a line whose invoice begins with C is a refund. */
  readonly eventsPerMonth: Figures;
  /** Quantity x price, refunds counting as what they are: negative. */
  readonly revenuePerMonth: Figures;
  readonly revenuePerCountry: Figures;
  readonly revenuePerMonthAndCountry: Figures;
  readonly linesPerCountry: Figures;
  /** Different customers; lines without one count for none. */
  readonly customersPerMonth: Figures;
  /** By stock code, greatest first. */
  readonly topTenByRevenue: Figures;
  readonly topTenByLines: Figures;
  /** Linearly interpolated between closest ranks (PERCENTILE_CONT, R-7), over line amounts as doubles. */
  readonly percentiles: Figures;
  /** "2010-12 / 3": customers whose first purchase was in that month, and who bought so many months later. */
  readonly retention: Figures;
  /** Of customers with 100 purchased lines or more. */
  readonly revenueOfRegularsPerMonth: Figures;
  /** "Germany / 2": customers by the country of their first line who bought (1), with a refund in 30 days (2). */
  readonly refundedWithin30Days: Figures;
  /** Every 5,000th line. */
  readonly sample: readonly RetailLine[];
}

const month = "strftime(time, '%Y-%m')";
const revenue = "sum(amount)::DOUBLE";

/** Reads the gzipped file and answers everything. */
export async function answerOnlineRetail(file: string): Promise<RetailAnswers> {
  const folder = await mkdtemp(join(tmpdir(), "tideline-retail-"));
  const duckdb = await DuckDb.open();
  try {
    const csv = join(folder, "lines.csv");
    await writeFile(csv, gunzipSync(await readFile(file)));
    await duckdb.run(linesOf(csv));
    return await answers(duckdb);
  } finally {
    duckdb.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function linesOf(csv: string): string {
  return `
    CREATE TABLE lines AS
    WITH read AS (
      SELECT row_number() OVER () AS line, *
      FROM read_csv('${csv}', header = true, all_varchar = true, parallel = false)
    )
    SELECT line, InvoiceNo AS invoice, StockCode AS stock_code, Country AS country,
      row_number() OVER (PARTITION BY InvoiceNo ORDER BY line) AS invoice_line,
      if(InvoiceNo LIKE 'C%', 'refund', 'purchase') AS type,
      Quantity::INTEGER AS quantity, UnitPrice::DECIMAL(12, 3) AS unit_price,
      Quantity::INTEGER * UnitPrice::DECIMAL(12, 3) AS amount,
      Quantity::DOUBLE * UnitPrice::DOUBLE AS amount_double,
      InvoiceDate::TIMESTAMP AS time, split_part(CustomerID, '.', 1) AS customer
    FROM read`;
}

async function answers(duckdb: DuckDb): Promise<RetailAnswers> {
  const by = (keys: string, value: string) =>
    duckdb.figures(`SELECT ${keys}, ${value} FROM lines GROUP BY ALL ORDER BY ALL`);
  const top = (value: string) =>
    duckdb.figures(`SELECT stock_code, ${value} AS n FROM lines GROUP BY ALL ORDER BY n DESC LIMIT 10`);
  return {
    eventsPerMonth: await by(`${month}, type`, "count(*)"),
    revenuePerMonth: await by(month, revenue),
    revenuePerCountry: await by("country", revenue),
    revenuePerMonthAndCountry: await by(`${month}, country`, revenue),
    linesPerCountry: await by("country", "count(*)"),
    customersPerMonth: await by(month, "count(DISTINCT customer)"),
    topTenByRevenue: await top(revenue),
    topTenByLines: await top("count(*)"),
    percentiles: await duckdb.figures(
      [0.5, 0.9]
        .map((p) => `SELECT 'p${p * 100}', quantile_cont(amount_double, ${p}) FROM lines`)
        .join(" UNION ALL "),
    ),
    retention: await duckdb.figures(retention),
    revenueOfRegularsPerMonth: await duckdb.figures(
      `SELECT ${month}, ${revenue} FROM lines WHERE customer IN (${regulars}) GROUP BY ALL ORDER BY ALL`,
    ),
    refundedWithin30Days: await duckdb.figures(refunded),
    sample: await sample(duckdb),
  };
}

const regulars =
  "SELECT customer FROM lines WHERE type = 'purchase' AND customer <> '' GROUP BY customer HAVING count(*) >= 100";

const retention = `
  WITH months AS (SELECT DISTINCT customer, date_trunc('month', time) AS bought FROM lines
    WHERE type = 'purchase' AND customer <> ''),
  firsts AS (SELECT customer, min(bought) AS first FROM months GROUP BY customer)
  SELECT strftime(first, '%Y-%m'), date_diff('month', first, bought), count(*)
  FROM months JOIN firsts USING (customer) GROUP BY ALL ORDER BY ALL`;

const refunded = `
  WITH own AS (SELECT * FROM lines WHERE customer <> ''),
  touched AS (SELECT customer, arg_min(country, (time, invoice || '-' || invoice_line)) AS country
    FROM own GROUP BY customer),
  bought AS (SELECT DISTINCT customer FROM own WHERE type = 'purchase'),
  back AS (SELECT DISTINCT b.customer FROM own b JOIN own r ON r.customer = b.customer AND r.type = 'refund'
    AND r.time >= b.time AND r.time <= b.time + INTERVAL 30 DAY WHERE b.type = 'purchase')
  SELECT country, 1, count(*) FROM touched JOIN bought USING (customer) GROUP BY ALL
  UNION ALL SELECT country, 2, count(*) FROM touched JOIN back USING (customer) GROUP BY ALL`;

async function sample(duckdb: DuckDb): Promise<RetailLine[]> {
  const rows = await duckdb.rows(`
    SELECT invoice || '-' || invoice_line, invoice, stock_code, quantity, unit_price::DOUBLE, customer, country,
      epoch_ms(time)
    FROM lines WHERE line % 5000 = 1 ORDER BY line`);
  return rows.map(
    ([eventId = "", invoice = "", stockCode = "", quantity, unitPrice, customer = "", country = "", ms]) => ({
      ...{ eventId, invoice, stockCode, customer, country },
      quantity: Number(quantity),
      unitPrice: Number(unitPrice),
      timeMs: Number(ms),
    }),
  );
}
