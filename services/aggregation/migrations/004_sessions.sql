-- Visits: a visitor's own events without a pause of more than 30 minutes, at most 24 hours long, computed from the
-- stored events. A late event changes sessions: then rows of a higher version are written, and sessions that are no
-- more get a row with events = 0. Read: argMax(column, version) ... GROUP BY project_id, visitor_id, session_id
-- HAVING argMax(events, version) > 0. start_time belongs to the id and never changes under it.
CREATE TABLE IF NOT EXISTS {database}.sessions
(
    project_id LowCardinality(String),
    visitor_id String,
    -- A hash of project, visitor, and the first event's time and id, as 32 hexadecimal digits.
    session_id String,
    start_time DateTime64(3, 'UTC'),
    end_time DateTime64(3, 'UTC'),
    events UInt64,
    page_views UInt64,
    amount Float64,
    -- Of the first event.
    first_event_id String,
    entry_page String,
    exit_page String,
    country LowCardinality(String),
    device_class LowCardinality(String),
    browser LowCardinality(String),
    os LowCardinality(String),
    referrer_class LowCardinality(String),
    referrer_source LowCardinality(String),
    utm_source LowCardinality(String),
    utm_medium LowCardinality(String),
    utm_campaign LowCardinality(String),
    -- The latest received time of its events; retention goes by it.
    received_time DateTime64(3, 'UTC'),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (project_id, toDate32(start_time), visitor_id, session_id)
SETTINGS non_replicated_deduplication_window = 100000
