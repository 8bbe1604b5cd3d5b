import type { Analytics } from "../ports.js";
import type { ConfinedSql } from "../written-sql/ports.js";
import type { Admission } from "./admission.js";

/**
 * Reads that wait for a place of their project's first. What only compiles a regular expression reads nothing and
 * needs none.
 *
 * No read waits for a place while it has one, so none can wait for itself.
 */
export function admittedAnalytics(analytics: Analytics, admission: Admission): Analytics {
  return {
    read: (statement, signal) =>
      admission.run({ projectId: statement.projectId, signal }, () => analytics.read(statement, signal)),
    readBinary: (statement, signal) =>
      admission.run({ projectId: statement.projectId, signal }, () =>
        analytics.readBinary(statement, signal),
      ),
    compiles: (pattern, signal) => analytics.compiles(pattern, signal),
  };
}

/** Written SQL likewise; a result that is streamed has its place until it is read, or its reader has gone. */
export function admittedSql(sql: ConfinedSql, admission: Admission): ConfinedSql {
  return {
    syntax: (written, projectId, signal) =>
      admission.run({ projectId, signal }, () => sql.syntax(written, projectId, signal)),
    resolved: (written, confinement, signal) =>
      admission.run({ projectId: confinement.projectId, signal }, () =>
        sql.resolved(written, confinement, signal),
      ),
    database: (confinement) => sql.database(confinement),
    async run(written, confinement, how) {
      const { signal } = how;
      const leave = await admission.enter({ projectId: confinement.projectId, signal });
      try {
        const body = await sql.run(written, confinement, how);
        // Also where nobody begins to read it.
        signal.addEventListener("abort", leave, { once: true });
        return { ...body, bytes: untilRead(body.bytes, leave) };
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

async function* untilRead(bytes: AsyncIterable<Buffer>, leave: () => void): AsyncGenerator<Buffer> {
  try {
    yield* bytes;
  } finally {
    leave();
  }
}
