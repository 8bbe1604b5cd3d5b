// Brings the databases of a deployment to the state that this version needs, then ends. Safe to repeat.
import { migrateAll } from "../../platform/migrate-all.js";
import { readSettings } from "../../platform/settings.js";

const options = readSettings(process.env, (read) => ({
  databaseUrl: read.url("DATABASE_URL"),
  clickhouseUrl: read.url("CLICKHOUSE_URL"),
  clickhouseDatabase: read.text("CLICKHOUSE_DATABASE", { fallback: "tideline" }),
}));
const applied = await migrateAll(options);
console.log(applied.length === 0 ? "nothing to migrate" : `applied ${applied.join(", ")}`);
