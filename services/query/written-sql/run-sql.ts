import type { PeopleStore } from "../people-store.js";
import { Tenant } from "../sql/tenant.js";
import { assertAllowed, assertReads, notAllowed, type Reads } from "./allowed.js";
import { engineParameters } from "./parameters.js";
import type { ConfinedSql, Confinement, SqlBody, SqlFormat, WrittenSql } from "./ports.js";
import { findForbidden } from "./resolved-tree.js";
import { sqlFault } from "./sql-fault.js";
import { readSyntaxTree, type SyntaxNode, UnreadableTree } from "./syntax-tree.js";

export interface RunSqlPorts {
  readonly sql: ConfinedSql;
  readonly people: PeopleStore;
}

/** What to write in place of properties.x::Float64. */
const typing =
  "a property has values of any type: take properties.x.:Float64, accurateCastOrNull(properties.x, 'Float64') " +
  "or toFloat64OrNull(toString(properties.x))";

export interface SqlQuestion extends WrittenSql {
  readonly projectId: string;
  readonly format: SqlFormat;
  readonly signal: AbortSignal;
}

/**
 * Runs a statement of a customer's over the rows of their project. First the engine parses it, and its syntax is held
 * against what is allowed; then the engine resolves it, and so are the tables and functions that it comes to; then
 * the same text is run. What is unknown is refused.
 *
 * @throws Fault SQL_INVALID, SQL_NOT_ALLOWED, REQUEST_INVALID (field "parameters"), QUERY_TIMEOUT, QUERY_TOO_LARGE or
 * ENGINE_UNAVAILABLE
 */
export async function runSql(ports: RunSqlPorts, question: SqlQuestion): Promise<SqlBody> {
  const { projectId, statement, signal, format } = question;
  const sql = { statement, parameters: engineParameters(statement, question.parameters) };
  assertReads(statement);
  try {
    const reads = assertAllowed(
      syntaxTree(await ports.sql.syntax(sql, projectId, signal), statement),
      statement,
    );
    const confinement = await confinementOf(ports, question, reads);
    const resolved = await ports.sql.resolved(sql, confinement, signal);
    const found = findForbidden(resolved, ports.sql.database(confinement));
    if (found !== undefined) {
      // Without the database: how it is called is nobody's business.
      const name = found.what === "table" ? (found.name.split(".").at(-1) ?? "") : found.name;
      throw notAllowed(
        statement,
        found.what,
        name,
        found.what === "conversion" ? typing : `the ${found.what} ${name} is not allowed`,
      );
    }
    const body = await ports.sql.run(sql, confinement, { format, signal });
    return { ...body, bytes: withFaults(body.bytes, statement) };
  } catch (error) {
    throw sqlFault(error, statement);
  }
}

function syntaxTree(text: string, statement: string): SyntaxNode {
  try {
    return readSyntaxTree(text);
  } catch (error) {
    if (!(error instanceof UnreadableTree)) throw error;
    throw notAllowed(statement, "statement", "", "the statement can't be analysed: it has unclear names");
  }
}

async function confinementOf(
  { people }: RunSqlPorts,
  { projectId, signal }: SqlQuestion,
  reads: Reads,
): Promise<Confinement> {
  if (!reads.people) return { projectId, people: undefined };
  return { projectId, people: await people.people(projectId, new Tenant(projectId), signal) };
}

async function* withFaults(bytes: AsyncIterable<Buffer>, statement: string): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } catch (error) {
    throw sqlFault(error, statement);
  }
}
