-- Who is who: an identify event says that an anonymous id is a user, an alias event that a previous id is. Events keep
-- their raw ids; these statements are applied when read, so that a mistaken one can be taken back.
-- One row per statement, at its place in the log; merges keep one of equal rows. Read the latest statement on an id:
-- argMax(user_id, (time, partition, raw_sequence, raw_index)) ... GROUP BY project_id, id.
CREATE TABLE IF NOT EXISTS {database}.identities
(
    project_id LowCardinality(String),
    -- The anonymous or previous id.
    id String,
    user_id String,
    -- identify or alias.
    kind LowCardinality(String),
    time DateTime64(3, 'UTC'),
    received_time DateTime64(3, 'UTC'),
    partition UInt16,
    raw_sequence UInt64,
    raw_index UInt32
)
ENGINE = ReplacingMergeTree
ORDER BY (project_id, id, time, partition, raw_sequence, raw_index)
SETTINGS non_replicated_deduplication_window = 100000
--;;
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.events_to_identities TO {database}.identities AS
SELECT
    e.project_id AS project_id,
    if(e.type = 'alias', ifNull(e.properties.previous_id.:String, ''), e.anonymous_id) AS id,
    e.user_id AS user_id,
    e.type AS kind,
    e.time AS time,
    e.received_time AS received_time,
    e.partition AS partition,
    e.raw_sequence AS raw_sequence,
    e.raw_index AS raw_index
FROM {database}.events AS e
WHERE e.is_system AND e.type IN ('identify', 'alias') AND e.user_id != '' AND id != '' AND id != e.user_id
--;;
-- What is known of a user: each trait as set by identify and traits events, its value a JSON text.
-- Read: argMax(value, (time, partition, raw_sequence, raw_index)) ... GROUP BY project_id, user_id, name.
CREATE TABLE IF NOT EXISTS {database}.traits
(
    project_id LowCardinality(String),
    user_id String,
    name String,
    value String,
    time DateTime64(3, 'UTC'),
    received_time DateTime64(3, 'UTC'),
    partition UInt16,
    raw_sequence UInt64,
    raw_index UInt32
)
ENGINE = ReplacingMergeTree
ORDER BY (project_id, user_id, name, time, partition, raw_sequence, raw_index)
SETTINGS non_replicated_deduplication_window = 100000
--;;
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.events_to_traits TO {database}.traits AS
SELECT
    e.project_id AS project_id,
    e.user_id AS user_id,
    trait.1 AS name,
    trait.2 AS value,
    e.time AS time,
    e.received_time AS received_time,
    e.partition AS partition,
    e.raw_sequence AS raw_sequence,
    e.raw_index AS raw_index
FROM {database}.events AS e
ARRAY JOIN JSONExtractKeysAndValuesRaw(toJSONString(e.properties)) AS trait
WHERE e.is_system AND e.type IN ('identify', 'traits') AND e.user_id != ''
