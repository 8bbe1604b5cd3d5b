-- Every version of every subject of a project. A version never changes; versions count up by one from 1.

create table schemas (
  project_id text not null references projects (project_id),
  -- The event type.
  subject text not null,
  version int not null,
  -- Unique within the project; of two versions the later has the greater id.
  schema_id int not null,
  -- tideline.registry.v1.SchemaKind.
  kind smallint not null,
  text text not null,
  create_time timestamptz not null default now(),
  primary key (project_id, subject, version),
  unique (project_id, schema_id)
);

-- Instances follow schemas by the same feed as projects and keys.
create trigger schemas_changed after insert or update or delete on schemas
  for each row execute function on_control_change();
