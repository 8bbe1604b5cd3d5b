-- What the sessions are to become: computed here first, so that they change in one insert.
CREATE TABLE IF NOT EXISTS {database}.sessions_next AS {database}.sessions
ENGINE = MergeTree
ORDER BY (project_id, visitor_id, start_time)
--;;
ALTER TABLE {database}.sessions ADD INDEX IF NOT EXISTS version_minmax version TYPE minmax GRANULARITY 1
--;;
ALTER TABLE {database}.sessions ADD INDEX IF NOT EXISTS visitor_bloom visitor_id TYPE bloom_filter(0.01) GRANULARITY 4
