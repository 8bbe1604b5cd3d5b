-- What customers' SQL reads: views by which a project sees its own rows. They live in databases of their own, so that a
-- statement's plain names are theirs and no table's.
-- The project, and who is who in it, come with each statement as the setting query_cache_tag, a text that the engine
-- keeps unused while its query cache is off, and that no statement can change, being read-only. Without it the project
-- is '', which has no rows. Query also filters every table by additional_table_filters: either alone would do.
-- A project's condition stands in a filter of its own, which the engine runs before any condition of the statement's
-- (query_plan_merge_filters and optimize_move_to_prewhere are off): no expression ever sees another project's row.
CREATE DATABASE IF NOT EXISTS {database}_sql_direct
--;;
-- In {database}_sql_direct each id is a person: right where nobody goes by two ids, or where no statement asks for persons.
CREATE OR REPLACE VIEW {database}_sql_direct.events AS
WITH JSONExtractString(getSetting('query_cache_tag'), 'project') AS own_project
SELECT
    e.event_id AS event_id, e.type AS type, e.visitor_id AS user_id, e.time AS time, e.properties AS properties,
    e.amount AS amount, e.received_time AS received_time, e.client_time AS client_time, e.local_date AS local_date,
    e.local_hour AS local_hour, e.user_id AS sent_user_id, e.anonymous_id AS anonymous_id,
    e.client_session_id AS client_session_id, e.schema_version AS schema_version, e.country AS country,
    e.region AS region, e.city AS city, e.locale AS locale, e.browser AS browser, e.browser_version AS browser_version,
    e.os AS os, e.os_version AS os_version, e.device_class AS device_class, e.device_family AS device_family,
    e.is_bot AS is_bot, e.page_url AS page_url, e.page_host AS page_host, e.page_path AS page_path,
    e.page_title AS page_title, e.referrer AS referrer, e.referrer_class AS referrer_class,
    e.referrer_source AS referrer_source, e.utm_source AS utm_source, e.utm_medium AS utm_medium,
    e.utm_campaign AS utm_campaign, e.utm_term AS utm_term, e.utm_content AS utm_content,
    e.click_id_kind AS click_id_kind, e.campaign_source AS campaign_source, e.campaign_medium AS campaign_medium,
    e.campaign_name AS campaign_name, e.campaign_term AS campaign_term, e.campaign_content AS campaign_content,
    e.ip AS ip, e.user_agent AS user_agent, e.library AS library, e.library_version AS library_version
FROM {database}.events AS e
WHERE e.project_id = own_project AND NOT e.is_system
--;;
-- What was said of users: identify, traits and alias events.
CREATE OR REPLACE VIEW {database}_sql_direct.system_events AS
WITH JSONExtractString(getSetting('query_cache_tag'), 'project') AS own_project
SELECT
    e.event_id AS event_id, e.type AS type, e.visitor_id AS user_id, e.time AS time, e.properties AS properties,
    e.received_time AS received_time, e.client_time AS client_time, e.user_id AS sent_user_id,
    e.anonymous_id AS anonymous_id
FROM {database}.events AS e
WHERE e.project_id = own_project AND e.is_system
--;;
-- The latest state of each visit. start_time belongs to the id and never changes under it, so conditions on it prune.
CREATE OR REPLACE VIEW {database}_sql_direct.sessions AS
WITH JSONExtractString(getSetting('query_cache_tag'), 'project') AS own_project
SELECT
    s.session_id AS session_id, s.visitor_id AS user_id, s.start_time AS start_time,
    argMax(s.end_time, s.version) AS end_time,
    (toUnixTimestamp64Milli(end_time) - toUnixTimestamp64Milli(start_time)) / 1000 AS duration_seconds,
    argMax(s.events, s.version) AS events, argMax(s.page_views, s.version) AS page_views,
    argMax(s.amount, s.version) AS amount, argMax(s.entry_page, s.version) AS entry_page,
    argMax(s.exit_page, s.version) AS exit_page, s.visitor_id AS visitor_id,
    argMax(s.first_event_id, s.version) AS first_event_id, argMax(s.country, s.version) AS country,
    argMax(s.device_class, s.version) AS device_class, argMax(s.browser, s.version) AS browser,
    argMax(s.os, s.version) AS os, argMax(s.referrer_class, s.version) AS referrer_class,
    argMax(s.referrer_source, s.version) AS referrer_source, argMax(s.utm_source, s.version) AS utm_source,
    argMax(s.utm_medium, s.version) AS utm_medium, argMax(s.utm_campaign, s.version) AS utm_campaign
FROM {database}.sessions AS s
WHERE s.project_id = own_project
GROUP BY s.visitor_id, s.session_id, s.start_time
HAVING argMax(s.events, s.version) > 0
--;;
-- For the views of users: what the events say of each id, and ids of whom traits alone are left.
CREATE OR REPLACE VIEW {database}_sql_direct.known_ids AS
WITH JSONExtractString(getSetting('query_cache_tag'), 'project') AS own_project
SELECT
    e.visitor_id AS id, countIf(NOT e.is_system) AS events, minOrNullIf(e.time, NOT e.is_system) AS first_seen,
    maxOrNullIf(e.time, NOT e.is_system) AS last_seen
FROM {database}.events AS e
WHERE e.project_id = own_project AND e.visitor_id != ''
GROUP BY id
UNION ALL
SELECT DISTINCT t.user_id, toUInt64(0), NULL, NULL
FROM {database}.traits AS t
WHERE t.project_id = JSONExtractString(getSetting('query_cache_tag'), 'project')
--;;
CREATE OR REPLACE VIEW {database}_sql_direct.known_traits AS
WITH JSONExtractString(getSetting('query_cache_tag'), 'project') AS own_project
SELECT t.user_id AS id, t.name AS name, t.value AS value, (t.time, t.partition, t.raw_sequence, t.raw_index) AS place
FROM {database}.traits AS t
WHERE t.project_id = own_project
--;;
CREATE OR REPLACE VIEW {database}_sql_direct.users AS
SELECT
    totals.user_id AS user_id, totals.first_seen AS first_seen, totals.last_seen AS last_seen, totals.events AS events,
    said.traits AS traits
FROM
(
    SELECT k.id AS user_id, min(k.first_seen) AS first_seen, max(k.last_seen) AS last_seen, sum(k.events) AS events
    FROM {database}_sql_direct.known_ids AS k
    GROUP BY user_id
) AS totals
LEFT ANY JOIN
(
    SELECT
        user_id,
        concat('{', arrayStringConcat(groupArray(concat(toJSONString(name), ':', value)), ','), '}')::JSON AS traits
    FROM
    (
        SELECT t.id AS user_id, t.name AS name, argMax(t.value, t.place) AS value
        FROM {database}_sql_direct.known_traits AS t
        GROUP BY user_id, name
    )
    GROUP BY user_id
) AS said ON said.user_id = totals.user_id
--;;
CREATE DATABASE IF NOT EXISTS {database}_sql
--;;
-- In {database}_sql a person is who they are now: an id counts as the user that it was last said to be. Where that user is
-- in turn said to be another, the setting has the ends: from these users, to those.
CREATE OR REPLACE VIEW {database}_sql.persons AS
WITH
    getSetting('query_cache_tag') AS tag,
    JSONExtractString(tag, 'project') AS own_project,
    JSONExtract(tag, 'from', 'Array(String)') AS from_users,
    JSONExtract(tag, 'to', 'Array(String)') AS to_users
SELECT id, transform(said, from_users, to_users, said) AS user_id
FROM
(
    SELECT i.id AS id, argMax(i.user_id, (i.time, i.partition, i.raw_sequence, i.raw_index)) AS said
    FROM {database}.identities AS i
    WHERE i.project_id = own_project
    GROUP BY id
)
--;;
CREATE OR REPLACE VIEW {database}_sql.events AS
SELECT e.* REPLACE (if(p.user_id = '', e.user_id, p.user_id) AS user_id)
FROM {database}_sql_direct.events AS e
LEFT ANY JOIN {database}_sql.persons AS p ON p.id = e.user_id
--;;
CREATE OR REPLACE VIEW {database}_sql.system_events AS
SELECT e.* REPLACE (if(p.user_id = '', e.user_id, p.user_id) AS user_id)
FROM {database}_sql_direct.system_events AS e
LEFT ANY JOIN {database}_sql.persons AS p ON p.id = e.user_id
--;;
CREATE OR REPLACE VIEW {database}_sql.sessions AS
SELECT s.* REPLACE (if(p.user_id = '', s.user_id, p.user_id) AS user_id)
FROM {database}_sql_direct.sessions AS s
LEFT ANY JOIN {database}_sql.persons AS p ON p.id = s.user_id
--;;
CREATE OR REPLACE VIEW {database}_sql.users AS
SELECT
    totals.user_id AS user_id, totals.first_seen AS first_seen, totals.last_seen AS last_seen, totals.events AS events,
    said.traits AS traits
FROM
(
    SELECT
        if(p.user_id = '', k.id, p.user_id) AS user_id, min(k.first_seen) AS first_seen, max(k.last_seen) AS last_seen,
        sum(k.events) AS events
    FROM {database}_sql_direct.known_ids AS k
    LEFT ANY JOIN {database}_sql.persons AS p ON p.id = k.id
    GROUP BY user_id
) AS totals
LEFT ANY JOIN
(
    SELECT
        user_id,
        concat('{', arrayStringConcat(groupArray(concat(toJSONString(name), ':', value)), ','), '}')::JSON AS traits
    FROM
    (
        SELECT
            if(p.user_id = '', t.id, p.user_id) AS user_id, t.name AS name, argMax(t.value, t.place) AS value
        FROM {database}_sql_direct.known_traits AS t
        LEFT ANY JOIN {database}_sql.persons AS p ON p.id = t.id
        GROUP BY user_id, name
    )
    GROUP BY user_id
) AS said ON said.user_id = totals.user_id
