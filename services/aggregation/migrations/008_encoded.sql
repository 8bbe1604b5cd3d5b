-- Whether an event came in bytes that name their schema, or as JSON.
ALTER TABLE {database}.events ADD COLUMN IF NOT EXISTS is_encoded Bool AFTER schema_id
--;;
ALTER TABLE {database}.events_probe ADD COLUMN IF NOT EXISTS is_encoded Bool AFTER schema_id
--;;
ALTER TABLE {database}.events_in ADD COLUMN IF NOT EXISTS is_encoded Bool AFTER schema_id
--;;
ALTER TABLE {database}.events_probe_in ADD COLUMN IF NOT EXISTS is_encoded Bool AFTER schema_id
