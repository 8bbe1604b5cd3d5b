import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SqlRequest, SqlResponseSchema } from "../../../gen/ts/tideline/query/v1/sql_pb.js";
import { rowsThatFit } from "../../../platform/page-bytes.js";
import type { Call } from "../../../platform/serve/call.js";
import { answerInfo } from "../answer-info.js";
import { askedProject } from "../caller.js";
import { readRows, valuesOf } from "./rows.js";
import { runSql } from "./run-sql.js";
import { infoParts, keptInfo, type SqlPorts } from "./sql-pages.js";

type Page = MessageInitShape<typeof SqlResponseSchema>;

/** The whole result of a statement, in pages as Sql gives them, without tokens; one page at least. */
export async function wholeSql(
  ports: Omit<SqlPorts, "results">,
  { statement, parameters }: SqlRequest,
  call: Call,
): Promise<Page[]> {
  const { projectId } = await askedProject(call, ports.projects);
  const applied = await ports.progress.applied();
  const { signal } = call;
  const body = await runSql(ports, { projectId, statement, parameters, format: "rows", signal });
  const { columns, rows, rowsRead, engineMs } = await readRows(body.bytes);
  const kept = keptInfo(applied, { asOfMs: ports.clock.now(), rowsRead, engineMs });
  const about = {
    columns: columns.map(({ name, type }) => ({ name, type })),
    totalRows: BigInt(rows.length),
    info: answerInfo(infoParts(kept)),
  };
  const pages: Page[] = [];
  let at = 0;
  do {
    const left = rows.slice(at);
    const shown = left.slice(
      0,
      rowsThatFit(left, (row) => row.length),
    );
    pages.push({ ...about, rows: shown.map((row) => ({ values: valuesOf(row) })) });
    at += shown.length;
  } while (at < rows.length);
  return pages;
}
