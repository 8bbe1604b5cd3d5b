import { SchemaKind } from "../../gen/ts/tideline/registry/v1/registry_service_pb.js";
import type { Postgres } from "../../platform/engines/postgres.js";
import { fingerprintsOf } from "../../registry/fingerprint.js";
import { ParsedSchemas } from "../../registry/languages.js";
import { type Filled, schemaText } from "./calls.js";

const columns = ["id", "guid", "body", "text", "subject", "version"] as const;

/** Fills the tables as registering would, which takes half an hour for fifty thousand versions. */
export async function fill(pool: Postgres, projectId: string, { subjects, versions }: Filled): Promise<void> {
  const kind = SchemaKind.AVRO;
  const parsed = new ParsedSchemas();
  const canonical = Array.from({ length: versions }, (_, version) => {
    return parsed.parse(kind, { text: schemaText(0, version), references: [] }).parsed.canonical;
  });
  await pool.query("insert into registry_contexts values ($1, '.', $2)", [projectId, subjects * versions]);
  for (let at = 0; at < subjects; at += 500) {
    const count = Math.min(500, subjects - at) * versions;
    const rows = Array.from({ length: count }, (_, index) => {
      const [subject, version] = [at + Math.floor(index / versions), index % versions];
      const text = (canonical[version] ?? "").replaceAll("shop.s0", `shop.s${subject}`);
      const id = subject * versions + version + 1;
      const prints = fingerprintsOf({ kind, text, references: [] });
      return { subject: `type_${subject}`, version: version + 1, id, text, ...prints };
    });
    await pool.query(
      `with given as (select * from unnest($2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[])
           as given (id, guid, body, text, subject, version)),
         schemas as (insert into registry_schemas (project_id, context, schema_id, guid, body, kind, text)
           select $1, '.', id, guid, body, ${kind}, text from given)
       insert into registry_versions (project_id, context, subject, version, schema_id, schema_ver)
       select $1, '.', subject, version, id, '1-0-' || version - 1 from given`,
      [projectId, ...columns.map((name) => rows.map((row) => row[name]))],
    );
  }
  // As a database is that has run for a while: what was filled in is on disk, and its statistics are known.
  await pool.query("vacuum analyze registry_schemas, registry_versions, registry_contexts");
  await pool.query("checkpoint");
}
