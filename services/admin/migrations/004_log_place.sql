-- The place in RAW of what a step behind the log kept aside: fed again, the event names it as what it replaces, since
-- the log's claim of its id is there. 0 where the log never had the event, or enrichment set it aside without a claim.
alter table quarantined add column log_sequence bigint not null default 0;

update quarantined set log_sequence = split_part(quarantine_id, '-', 2)::bigint
  where quarantine_id ~ '^aggregation-[0-9]{1,15}-[0-9]+$';
