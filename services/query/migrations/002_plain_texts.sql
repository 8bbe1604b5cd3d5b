-- Columns of low cardinality are texts in the views. The dictionary of such a column is that of all rows of a part, and
-- the engine computes a function of it once for each entry, also of entries that no row of the project has: a function
-- that fails on one of them would tell that another project has it. Conditions on type prune as before.
CREATE OR REPLACE VIEW {database}_sql_direct.events AS
WITH JSONExtractString(getSetting('query_cache_tag'), 'project') AS own_project
SELECT
    e.event_id AS event_id, e.type::String AS type, e.visitor_id AS user_id, e.time AS time,
    e.properties AS properties,
    e.amount AS amount, e.received_time AS received_time, e.client_time AS client_time, e.local_date AS local_date,
    e.local_hour AS local_hour, e.user_id AS sent_user_id, e.anonymous_id AS anonymous_id,
    e.client_session_id AS client_session_id, e.schema_version AS schema_version, e.country::String AS country,
    e.region::String AS region, e.city::String AS city, e.locale::String AS locale, e.browser::String AS browser,
    e.browser_version::String AS browser_version,
    e.os::String AS os, e.os_version::String AS os_version, e.device_class::String AS device_class,
    e.device_family::String AS device_family,
    e.is_bot AS is_bot, e.page_url AS page_url, e.page_host::String AS page_host, e.page_path AS page_path,
    e.page_title AS page_title, e.referrer AS referrer, e.referrer_class::String AS referrer_class,
    e.referrer_source::String AS referrer_source, e.utm_source::String AS utm_source,
    e.utm_medium::String AS utm_medium,
    e.utm_campaign::String AS utm_campaign, e.utm_term::String AS utm_term, e.utm_content::String AS utm_content,
    e.click_id_kind::String AS click_id_kind, e.campaign_source::String AS campaign_source,
    e.campaign_medium::String AS campaign_medium,
    e.campaign_name::String AS campaign_name, e.campaign_term::String AS campaign_term,
    e.campaign_content::String AS campaign_content,
    e.ip AS ip, e.user_agent AS user_agent, e.library::String AS library, e.library_version::String AS library_version
FROM {database}.events AS e
WHERE e.project_id = own_project AND NOT e.is_system
--;;
CREATE OR REPLACE VIEW {database}_sql_direct.system_events AS
WITH JSONExtractString(getSetting('query_cache_tag'), 'project') AS own_project
SELECT
    e.event_id AS event_id, e.type::String AS type, e.visitor_id AS user_id, e.time AS time,
    e.properties AS properties,
    e.received_time AS received_time, e.client_time AS client_time, e.user_id AS sent_user_id,
    e.anonymous_id AS anonymous_id
FROM {database}.events AS e
WHERE e.project_id = own_project AND e.is_system
--;;
CREATE OR REPLACE VIEW {database}_sql_direct.sessions AS
WITH JSONExtractString(getSetting('query_cache_tag'), 'project') AS own_project
SELECT
    s.session_id AS session_id, s.visitor_id AS user_id, s.start_time AS start_time,
    argMax(s.end_time, s.version) AS end_time,
    (toUnixTimestamp64Milli(end_time) - toUnixTimestamp64Milli(start_time)) / 1000 AS duration_seconds,
    argMax(s.events, s.version) AS events, argMax(s.page_views, s.version) AS page_views,
    argMax(s.amount, s.version) AS amount, argMax(s.entry_page, s.version) AS entry_page,
    argMax(s.exit_page, s.version) AS exit_page, s.visitor_id AS visitor_id,
    argMax(s.first_event_id, s.version) AS first_event_id, argMax(s.country::String, s.version) AS country,
    argMax(s.device_class::String, s.version) AS device_class, argMax(s.browser::String, s.version) AS browser,
    argMax(s.os::String, s.version) AS os, argMax(s.referrer_class::String, s.version) AS referrer_class,
    argMax(s.referrer_source::String, s.version) AS referrer_source, argMax(s.utm_source::String,
    s.version) AS utm_source,
    argMax(s.utm_medium::String, s.version) AS utm_medium, argMax(s.utm_campaign::String, s.version) AS utm_campaign
FROM {database}.sessions AS s
WHERE s.project_id = own_project
GROUP BY s.visitor_id, s.session_id, s.start_time
HAVING argMax(s.events, s.version) > 0
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
