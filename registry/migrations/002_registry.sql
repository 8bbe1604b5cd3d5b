-- A project is a whole registry: contexts with their own ids, schemas, subjects with their versions, configuration,
-- modes, notes, and the history of every change. Subjects sort by their code points.

-- A context. Its row is the lock of its writers, and holds the greatest id that was given in it.
create table registry_contexts (
  project_id text not null references projects (project_id),
  -- "." is the default one.
  context text collate "C" not null,
  last_id int not null default 0,
  primary key (project_id, context)
);

-- A schema under its id; all but its text is kept when the last version that holds it is deleted for good, so that the
-- id never comes to mean another schema.
create table registry_schemas (
  project_id text not null,
  context text collate "C" not null,
  schema_id int not null,
  -- MD5 over kind, text, references, metadata and rule set.
  guid uuid not null,
  -- MD5 over kind, text and references alone.
  body uuid not null,
  -- tideline.registry.v1.SchemaKind.
  kind smallint not null,
  -- The canonical text; null: no version holds it.
  text text,
  refs json not null default '[]',
  metadata json,
  rule_set json,
  -- Another id of the context has the same guid: imported so, or older than this table.
  is_twin boolean not null default false,
  create_time timestamptz not null default now(),
  primary key (project_id, context, schema_id),
  foreign key (project_id, context) references registry_contexts (project_id, context)
);

create unique index registry_schemas_by_guid on registry_schemas (project_id, context, guid) where not is_twin;
create index registry_schemas_by_any_guid on registry_schemas (project_id, guid);

-- What schemas refer to.
create table registry_references (
  project_id text not null,
  context text collate "C" not null,
  schema_id int not null,
  of_context text collate "C" not null,
  of_subject text collate "C" not null,
  of_version int not null,
  primary key (project_id, context, schema_id, of_context, of_subject, of_version),
  foreign key (project_id, context, schema_id) references registry_schemas (project_id, context, schema_id)
);

create index registry_references_of
  on registry_references (project_id, of_context, of_subject, of_version);

-- Versions of subjects. They count up by one from 1; a number is free again only when the highest is deleted for good.
create table registry_versions (
  project_id text not null,
  context text collate "C" not null,
  subject text collate "C" not null,
  version int not null,
  schema_id int not null,
  -- Soft-deleted: hidden, but still read by its id.
  deleted boolean not null default false,
  register_time timestamptz not null default now(),
  -- Who registered it; empty for what is older than the history.
  key_id text not null default '',
  -- As model-revision-addition; empty: not derived.
  schema_ver text not null default '',
  -- The version that this one brought back; 0: none.
  rolled_back_to int not null default 0,
  primary key (project_id, context, subject, version),
  foreign key (project_id, context, schema_id) references registry_schemas (project_id, context, schema_id)
);

create index registry_versions_by_id on registry_versions (project_id, context, schema_id);

-- Configuration and mode of a subject, or with an empty subject of its context; ".__GLOBAL" stands behind them all.
create table registry_settings (
  project_id text not null references projects (project_id),
  context text collate "C" not null,
  subject text collate "C" not null,
  config json,
  mode text,
  primary key (project_id, context, subject)
);

-- What people say about a subject: owner, description, tags, properties, fields.
create table registry_notes (
  project_id text not null references projects (project_id),
  context text collate "C" not null,
  subject text collate "C" not null,
  notes json not null,
  primary key (project_id, context, subject)
);

-- Every change, by whom and when. Its number is the one by which the control feed tells of it, so that numbers grow in
-- the order in which changes are committed.
create table registry_changes (
  number bigint primary key,
  project_id text not null references projects (project_id),
  kind text not null,
  context text collate "C" not null,
  subject text collate "C" not null,
  -- 0 where the change is not of one version.
  version int not null default 0,
  schema_id int not null default 0,
  key_id text not null default '',
  time timestamptz not null default now(),
  detail text not null default ''
);

create index registry_changes_by_project on registry_changes (project_id, number);
create index registry_changes_by_subject on registry_changes (project_id, context, subject, number);

-- What schemas of the table before were: each version had an id of its own.

insert into registry_contexts (project_id, context, last_id)
select project_id, '.', max(schema_id) from schemas group by project_id;

insert into registry_schemas
  (project_id, context, schema_id, guid, body, kind, text, is_twin, create_time)
select project_id, '.', schema_id, hash, hash, kind, text,
  row_number() over (partition by project_id, hash order by schema_id) > 1, create_time
from (select *, md5(kind || E'\n' || text)::uuid as hash from schemas) hashed;

insert into registry_versions (project_id, context, subject, version, schema_id, register_time)
select project_id, '.', subject, version, schema_id, create_time from schemas;

insert into registry_changes (number, project_id, kind, context, subject, version, schema_id, time)
select nextval('control_version'), project_id, 'REGISTERED', '.', subject, version, schema_id, create_time
from (select * from schemas order by create_time, project_id, schema_id) registered;

drop table schemas;

create function on_registry_change() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7305871);
  new.number := nextval('control_version');
  insert into control_changes values (new.project_id, new.number)
  on conflict (project_id) do update set version = excluded.version;
  return new;
end
$$;

-- A writer inserts its changes last, so that it holds the feed's lock for nothing but its commit.
create trigger registry_changed before insert on registry_changes
  for each row execute function on_registry_change();

-- Whoever caches what there is by project reads it anew.
select note_control_change(project_id) from registry_contexts;
