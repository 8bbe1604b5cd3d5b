-- Where blocks come in, as they left the bus: one column per field of tideline.pipeline.v1.Event, by the same name.
-- Nothing stays here; the view below casts and passes on, so that an insert is one block with one token. All other
-- tables are fed from events, none from here: an event that can't be cast then leaves no trace anywhere, and what a
-- crash of the engine tears off is in events before it is in any other table.
CREATE TABLE IF NOT EXISTS {database}.events_in
(
    project_id String,
    event_id String,
    type String,
    user_id String,
    anonymous_id String,
    client_session_id String,
    producer_id String,
    sequence UInt64,
    client_time_ms Int64,
    sent_time_ms Int64,
    received_time_ms Int64,
    skew_ms Int64,
    time_ms Int64,
    properties String,
    schema_version UInt32,
    schema_id UInt32,
    ip String,
    user_agent String,
    page_url String,
    page_title String,
    referrer String,
    locale String,
    campaign_source String,
    campaign_medium String,
    campaign_name String,
    campaign_term String,
    campaign_content String,
    library String,
    library_version String,
    event_id_made Bool,
    key_id String,
    partition UInt32,
    payload_hash UInt64,
    raw_sequence UInt64,
    raw_index UInt32,
    country String,
    region String,
    city String,
    browser String,
    browser_version String,
    os String,
    os_version String,
    device_class String,
    device_family String,
    is_bot Bool,
    referrer_class String,
    referrer_source String,
    utm_source String,
    utm_medium String,
    utm_campaign String,
    utm_term String,
    utm_content String,
    click_id_kind String,
    page_host String,
    page_path String,
    local_date Int32,
    local_hour UInt32,
    is_system Bool,
    visitor_id String,
    amount Float64
)
ENGINE = Null
--;;
-- The events, each once. Rows of one insert lie in one or two table partitions, since they go by received time.
-- toDate32 in the key: toDate wraps round outside 1970 to 2149, effective times reach from 1900 to 2299. The time
-- itself is there as milliseconds: with the bare column in the key the engine no longer prunes by its day.
-- An import keeps its old effective times; the TTL (by received time) is set from configuration when the worker starts.
CREATE TABLE IF NOT EXISTS {database}.events
(
    project_id LowCardinality(String),
    event_id String CODEC(ZSTD(1)),
    type LowCardinality(String),
    user_id String CODEC(ZSTD(1)),
    anonymous_id String CODEC(ZSTD(1)),
    client_session_id String CODEC(ZSTD(1)),
    producer_id String CODEC(ZSTD(1)),
    sequence UInt64 CODEC(Delta, ZSTD(1)),
    client_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    -- 1970-01-01 where the client gave none.
    sent_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    skew_ms Int64 CODEC(ZSTD(1)),
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    properties JSON(max_dynamic_paths = 256, max_dynamic_types = 8) CODEC(ZSTD(1)),
    schema_version UInt32 CODEC(ZSTD(1)),
    schema_id UInt32 CODEC(ZSTD(1)),
    ip String CODEC(ZSTD(1)),
    user_agent String CODEC(ZSTD(1)),
    page_url String CODEC(ZSTD(1)),
    page_title String CODEC(ZSTD(1)),
    referrer String CODEC(ZSTD(1)),
    locale LowCardinality(String),
    campaign_source LowCardinality(String),
    campaign_medium LowCardinality(String),
    campaign_name LowCardinality(String),
    campaign_term LowCardinality(String),
    campaign_content LowCardinality(String),
    library LowCardinality(String),
    library_version LowCardinality(String),
    event_id_made Bool,
    key_id LowCardinality(String),
    partition UInt16,
    payload_hash UInt64,
    raw_sequence UInt64 CODEC(Delta, ZSTD(1)),
    raw_index UInt32 CODEC(Delta, ZSTD(1)),
    country LowCardinality(String),
    region LowCardinality(String),
    city LowCardinality(String),
    browser LowCardinality(String),
    browser_version LowCardinality(String),
    os LowCardinality(String),
    os_version LowCardinality(String),
    device_class LowCardinality(String),
    device_family LowCardinality(String),
    is_bot Bool,
    referrer_class LowCardinality(String),
    referrer_source LowCardinality(String),
    utm_source LowCardinality(String),
    utm_medium LowCardinality(String),
    utm_campaign LowCardinality(String),
    utm_term LowCardinality(String),
    utm_content LowCardinality(String),
    click_id_kind LowCardinality(String),
    page_host LowCardinality(String),
    page_path String CODEC(ZSTD(1)),
    local_date Date32,
    local_hour UInt8,
    is_system Bool,
    visitor_id String CODEC(ZSTD(1)),
    amount Float64 CODEC(ZSTD(1)),
    INDEX event_id_bloom event_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX visitor_id_bloom visitor_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX anonymous_id_bloom anonymous_id TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX raw_sequence_minmax raw_sequence TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_time)
ORDER BY (project_id, type, toDate32(time), visitor_id, toUnixTimestamp64Milli(time))
SETTINGS non_replicated_deduplication_window = 100000
--;;
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.events_in_to_events TO {database}.events AS
SELECT
    * EXCEPT (client_time_ms, sent_time_ms, received_time_ms, time_ms, properties, local_date),
    fromUnixTimestamp64Milli(client_time_ms, 'UTC') AS client_time,
    fromUnixTimestamp64Milli(sent_time_ms, 'UTC') AS sent_time,
    fromUnixTimestamp64Milli(received_time_ms, 'UTC') AS received_time,
    fromUnixTimestamp64Milli(time_ms, 'UTC') AS time,
    if(properties = '', '{}', properties)::JSON(max_dynamic_paths = 256, max_dynamic_types = 8) AS properties,
    toDate32(local_date) AS local_date
FROM {database}.events_in
--;;
-- The same casts without any effect: tells which event of a range the engine can't take.
CREATE TABLE IF NOT EXISTS {database}.events_probe_in AS {database}.events_in ENGINE = Null
--;;
CREATE TABLE IF NOT EXISTS {database}.events_probe AS {database}.events ENGINE = Null
--;;
CREATE MATERIALIZED VIEW IF NOT EXISTS {database}.events_probe_in_to_events_probe TO {database}.events_probe AS
SELECT
    * EXCEPT (client_time_ms, sent_time_ms, received_time_ms, time_ms, properties, local_date),
    fromUnixTimestamp64Milli(client_time_ms, 'UTC') AS client_time,
    fromUnixTimestamp64Milli(sent_time_ms, 'UTC') AS sent_time,
    fromUnixTimestamp64Milli(received_time_ms, 'UTC') AS received_time,
    fromUnixTimestamp64Milli(time_ms, 'UTC') AS time,
    if(properties = '', '{}', properties)::JSON(max_dynamic_paths = 256, max_dynamic_types = 8) AS properties,
    toDate32(local_date) AS local_date
FROM {database}.events_probe_in
--;;
-- Names the engine's present run: what is here is gone when it starts again.
CREATE TABLE IF NOT EXISTS {database}.engine_boot (id UUID) ENGINE = Memory
