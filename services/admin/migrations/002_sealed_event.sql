-- Where fields of the event are masked: the event as it came, sealed with a key of its project. Empty where none are.
alter table quarantined add column sealed_event bytea not null default '';
