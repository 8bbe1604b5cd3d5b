-- Sets of users by rule, as they are defined; who is in one is found when it is asked for.

create table cohorts (
  project_id text not null,
  cohort_id text not null,
  -- Counts changes, from 1.
  version bigint not null,
  -- tideline.query.v1.Cohort.
  definition bytea not null,
  create_time timestamptz not null default now(),
  update_time timestamptz not null default now(),
  primary key (project_id, cohort_id)
);
