-- Where over half of a key's events fail within a minute, what follows is one alarm. Its events are in `quarantined` as
-- all are, under the alarm's id.

create table quarantine_alarms (
  project_id text not null,
  alarm_id text not null,
  key_id text not null,
  -- When the first and the last of its events were received, milliseconds since 1970.
  first_ms bigint not null,
  last_ms bigint not null,
  primary key (project_id, alarm_id)
);

create index quarantine_alarms_by_key on quarantine_alarms (project_id, key_id, last_ms);

-- Empty where an event is no part of an alarm.
alter table quarantined add column alarm_id text not null default '';

create index quarantined_by_alarm on quarantined (project_id, alarm_id) where state = 0 and alarm_id <> '';
