-- Since when a project has its zone: days that were stamped before are days of another one. Null: since it was made.
-- Whether an update before this one changed the zone is not known, so the last one counts as if it had.
alter table projects add column zone_since timestamptz;

update projects set zone_since = update_time where update_time <> create_time;
