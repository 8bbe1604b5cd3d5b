-- Metrics of projects: every version that was ever defined. The highest of a name is what it is now.

create table metrics (
  project_id text not null references projects (project_id),
  name text collate "C" not null,
  version integer not null check (version > 0),
  -- tideline.query.v1.MetricDefinition, in its binary form.
  definition bytea not null,
  create_time timestamptz not null default now(),
  -- When the metric was deleted, on all versions before; a later one may follow.
  delete_time timestamptz,
  primary key (project_id, name, version)
);
