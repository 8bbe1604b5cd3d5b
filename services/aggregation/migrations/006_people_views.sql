-- The same statements as before, taken from system events only before anything is read out of their properties: every
-- insert runs these views, and most have no such events.
DROP VIEW IF EXISTS {database}.events_to_identities
--;;
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.events_to_identities TO {database}.identities AS
SELECT
    s.project_id AS project_id,
    if(s.type = 'alias', ifNull(s.properties.previous_id.:String, ''), s.anonymous_id) AS id,
    s.user_id AS user_id,
    s.type AS kind,
    s.time AS time,
    s.received_time AS received_time,
    s.partition AS partition,
    s.raw_sequence AS raw_sequence,
    s.raw_index AS raw_index
FROM
(
    SELECT
        e.project_id AS project_id, e.type AS type, e.anonymous_id AS anonymous_id, e.user_id AS user_id,
        e.properties AS properties, e.time AS time, e.received_time AS received_time, e.partition AS partition,
        e.raw_sequence AS raw_sequence, e.raw_index AS raw_index
    FROM {database}.events AS e
    WHERE e.is_system AND e.type IN ('identify', 'alias') AND e.user_id != ''
) AS s
WHERE id != '' AND id != s.user_id
--;;
DROP VIEW IF EXISTS {database}.events_to_traits
--;;
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.events_to_traits TO {database}.traits AS
SELECT
    s.project_id AS project_id,
    s.user_id AS user_id,
    trait.1 AS name,
    trait.2 AS value,
    s.time AS time,
    s.received_time AS received_time,
    s.partition AS partition,
    s.raw_sequence AS raw_sequence,
    s.raw_index AS raw_index
FROM
(
    SELECT
        e.project_id AS project_id, e.user_id AS user_id, e.properties AS properties, e.time AS time,
        e.received_time AS received_time, e.partition AS partition, e.raw_sequence AS raw_sequence,
        e.raw_index AS raw_index
    FROM {database}.events AS e
    WHERE e.is_system AND e.type IN ('identify', 'traits') AND e.user_id != ''
) AS s
ARRAY JOIN JSONExtractKeysAndValuesRaw(toJSONString(s.properties)) AS trait
