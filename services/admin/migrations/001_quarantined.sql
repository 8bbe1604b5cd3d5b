-- The listing of events kept aside. Its truth is the stream QUARANTINE: the table is filled from it, later and again
-- after an outage, and holds one row for an event id however often the event was kept aside.

create table quarantined (
  project_id text not null,
  -- What a customer wrote is kept as bytes: its text may hold a NUL, which the type text refuses.
  event_id bytea not null,
  -- The name that the event first had in quarantine; it stays when the event is kept aside again.
  quarantine_id text not null,
  type bytea not null,
  -- tideline.event.v1.EventFault.
  reason int not null,
  field text not null,
  rule text not null,
  message text not null,
  schema_version bigint not null,
  -- Milliseconds since 1970.
  received_ms bigint not null,
  key_id text not null,
  step text not null,
  -- tideline.event.v1.Event.
  event bytea not null,
  -- How often it was fed again in vain.
  attempts int not null default 0,
  -- 0: kept aside; 1: fed again and taken; 2: discarded. What is settled is not listed and goes after two weeks.
  state smallint not null default 0,
  settle_time timestamptz,
  -- The message of the stream that was applied last: one that comes again changes nothing.
  stream_sequence bigint not null,
  primary key (project_id, event_id)
);

create unique index quarantined_by_id on quarantined (project_id, quarantine_id);

create index quarantined_listing on quarantined (project_id, received_ms desc, quarantine_id desc) where state = 0;

create index quarantined_settled on quarantined (settle_time) where state <> 0;
