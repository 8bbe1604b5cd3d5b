-- Counts of the users' own events in buckets of effective time. The received day is in the key because retention and
-- replay go by it; the log's partition and the highest raw sequence are there so that one can see, after a crash of
-- the engine, whether a range has arrived.
-- Buckets are computed from milliseconds: the engine's own functions wrap round outside 1970 to 2106.
-- visitors is exact (hashes of 128 bits); amount sums the events' amounts, nonzero_amounts counts those that are not 0.
-- Per minute.
CREATE TABLE IF NOT EXISTS {database}.rollup_minute
(
    project_id LowCardinality(String),
    type LowCardinality(String),
    bucket DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    country LowCardinality(String),
    device_class LowCardinality(String),
    received_date Date,
    partition UInt16,
    events SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    visitors AggregateFunction(uniqExact, String),
    amount SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    nonzero_amounts SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    raw_sequence SimpleAggregateFunction(max, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(received_date)
ORDER BY (project_id, type, bucket, country, device_class, received_date, partition)
SETTINGS non_replicated_deduplication_window = 100000
--;;
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.events_to_rollup_minute TO {database}.rollup_minute AS
SELECT
    e.project_id AS project_id,
    e.type AS type,
    fromUnixTimestamp64Milli(toUnixTimestamp64Milli(e.time) - positiveModulo(toUnixTimestamp64Milli(e.time), 60000), 'UTC') AS bucket,
    e.country AS country,
    e.device_class AS device_class,
    toDate(e.received_time) AS received_date,
    e.partition AS partition,
    count() AS events,
    uniqExactStateIf(e.visitor_id, e.visitor_id != '') AS visitors,
    sum(e.amount) AS amount,
    countIf(e.amount != 0) AS nonzero_amounts,
    max(e.raw_sequence) AS raw_sequence
FROM {database}.events AS e
WHERE NOT e.is_system
GROUP BY project_id, type, bucket, country, device_class, received_date, partition
--;;
-- Per 15 minutes, which every zone's hours and days are made of.
CREATE TABLE IF NOT EXISTS {database}.rollup_quarter
(
    project_id LowCardinality(String),
    type LowCardinality(String),
    bucket DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    country LowCardinality(String),
    device_class LowCardinality(String),
    received_date Date,
    partition UInt16,
    events SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    visitors AggregateFunction(uniqExact, String),
    amount SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    nonzero_amounts SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    raw_sequence SimpleAggregateFunction(max, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(received_date)
ORDER BY (project_id, type, bucket, country, device_class, received_date, partition)
SETTINGS non_replicated_deduplication_window = 100000
--;;
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.events_to_rollup_quarter TO {database}.rollup_quarter AS
SELECT
    e.project_id AS project_id,
    e.type AS type,
    fromUnixTimestamp64Milli(toUnixTimestamp64Milli(e.time) - positiveModulo(toUnixTimestamp64Milli(e.time), 900000), 'UTC') AS bucket,
    e.country AS country,
    e.device_class AS device_class,
    toDate(e.received_time) AS received_date,
    e.partition AS partition,
    count() AS events,
    uniqExactStateIf(e.visitor_id, e.visitor_id != '') AS visitors,
    sum(e.amount) AS amount,
    countIf(e.amount != 0) AS nonzero_amounts,
    max(e.raw_sequence) AS raw_sequence
FROM {database}.events AS e
WHERE NOT e.is_system
GROUP BY project_id, type, bucket, country, device_class, received_date, partition
--;;
-- Per calendar day in the project's zone, as enrichment stamped it.
CREATE TABLE IF NOT EXISTS {database}.rollup_day
(
    project_id LowCardinality(String),
    type LowCardinality(String),
    bucket Date32 CODEC(ZSTD(1)),
    country LowCardinality(String),
    device_class LowCardinality(String),
    received_date Date,
    partition UInt16,
    events SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    visitors AggregateFunction(uniqExact, String),
    amount SimpleAggregateFunction(sum, Float64) CODEC(ZSTD(1)),
    nonzero_amounts SimpleAggregateFunction(sum, UInt64) CODEC(ZSTD(1)),
    raw_sequence SimpleAggregateFunction(max, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(received_date)
ORDER BY (project_id, type, bucket, country, device_class, received_date, partition)
SETTINGS non_replicated_deduplication_window = 100000
--;;
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.events_to_rollup_day TO {database}.rollup_day AS
SELECT
    e.project_id AS project_id,
    e.type AS type,
    e.local_date AS bucket,
    e.country AS country,
    e.device_class AS device_class,
    toDate(e.received_time) AS received_date,
    e.partition AS partition,
    count() AS events,
    uniqExactStateIf(e.visitor_id, e.visitor_id != '') AS visitors,
    sum(e.amount) AS amount,
    countIf(e.amount != 0) AS nonzero_amounts,
    max(e.raw_sequence) AS raw_sequence
FROM {database}.events AS e
WHERE NOT e.is_system
GROUP BY project_id, type, bucket, country, device_class, received_date, partition
