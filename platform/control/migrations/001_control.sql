-- Projects and their keys, and the feed by which every instance follows what changes in them.

create table projects (
  project_id text primary key,
  name text not null unique,
  -- tideline.admin.v1.ProjectSettings, in its binary form.
  settings bytea not null,
  create_time timestamptz not null default now(),
  update_time timestamptz not null default now()
);

create table api_keys (
  key_id text primary key,
  project_id text not null references projects (project_id),
  name text not null,
  -- SHA-256 of the secret; the secret itself is kept nowhere. It has 190 bits, so that it needs no slow hash.
  secret_hash bytea not null unique,
  hint text not null,
  -- tideline.admin.v1.Scope.
  scopes smallint[] not null,
  events_per_second integer not null default 0,
  burst integer not null default 0,
  create_time timestamptz not null default now(),
  expire_time timestamptz,
  revoke_time timestamptz,
  last_use_time timestamptz
);

create index api_keys_by_project on api_keys (project_id, create_time desc, key_id);

-- One row a project: the version of its last change. Instances ask for versions above the last they saw.
create table control_changes (
  project_id text primary key,
  version bigint not null
);

create index control_changes_by_version on control_changes (version);

create sequence control_version;

-- The lock makes versions commit in their order: a reader that saw version n has seen all before it.
create function note_control_change(project text) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(7305871);
  insert into control_changes values (project, nextval('control_version'))
  on conflict (project_id) do update set version = excluded.version;
end
$$;

create function on_control_change() returns trigger language plpgsql as $$
begin
  perform note_control_change(coalesce(new.project_id, old.project_id));
  return null;
end
$$;

create trigger projects_changed after insert or update or delete on projects
  for each row execute function on_control_change();

create trigger api_keys_made after insert or delete on api_keys
  for each row execute function on_control_change();

-- Not for last_use_time, which changes each minute and concerns nobody else.
create trigger api_keys_changed
  after update of name, secret_hash, scopes, events_per_second, burst, expire_time, revoke_time on api_keys
  for each row execute function on_control_change();
