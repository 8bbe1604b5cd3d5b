-- Registering in one statement what was planned outside of the context's lock.

-- All that a plan for a subject stands on, but the ids of its context: what is configured in the subject, its context
-- and everywhere, and the subject's versions. The registry makes the same text of what it has read.
create function registry_seen(of_project text, of_context text, of_subject text) returns text
language sql stable as $$
  select coalesce(
      (select json_agg(json_build_object('context', context, 'subject', subject, 'config', config, 'mode', mode)
         order by context, subject)
       from registry_settings where project_id = of_project and ((context = of_context and subject in ('', of_subject))
         or (context = '.__GLOBAL' and subject = '')))::text, '')
    || E'\n' || coalesce(
      (select string_agg(format('%s %s %s %s', v.version, s.guid, v.deleted, v.schema_ver), ',' order by v.version)
       from registry_versions v
       join registry_schemas s on s.project_id = of_project and s.context = of_context and s.schema_id = v.schema_id
       where v.project_id = of_project and v.context = of_context and v.subject = of_subject), '')
$$;

-- Gives a schema without references the id that it has in the context, or the next one, and the subject a version that
-- holds it, as its next one. No row: something has changed since the plan saw it, and nothing was done. Each statement
-- in here sees what was committed before it, thus before the lock was got: the isolation has to be READ COMMITTED.
create function registry_register(
  of_project text, of_context text, of_subject text, seen text,
  new_guid uuid, new_body uuid, new_kind int, new_text text, new_metadata json, new_rule_set json,
  new_version int, by_key text, new_schema_ver text
) returns table (given_id int, created timestamptz, registered timestamptz) language plpgsql as $$
declare
  greatest_id int;
begin
  loop
    select last_id into greatest_id from registry_contexts
    where project_id = of_project and context = of_context for no key update;
    exit when found;
    insert into registry_contexts (project_id, context) values (of_project, of_context) on conflict do nothing;
  end loop;
  if registry_seen(of_project, of_context, of_subject) is distinct from seen then
    return;
  end if;

  select s.schema_id into given_id from registry_schemas s
  where s.project_id = of_project and s.context = of_context and s.guid = new_guid and not s.is_twin;
  if not found then
    given_id := greatest_id + 1;
    update registry_contexts set last_id = given_id where project_id = of_project and context = of_context;
  end if;
  -- Where the id was there, its text may have been deleted for good: it is as before.
  insert into registry_schemas as s (project_id, context, schema_id, guid, body, kind, text, metadata, rule_set)
  values (of_project, of_context, given_id, new_guid, new_body, new_kind, new_text, new_metadata, new_rule_set)
  on conflict (project_id, context, schema_id) do update set text = excluded.text
  returning s.create_time into created;
  insert into registry_versions as v (project_id, context, subject, version, schema_id, key_id, schema_ver)
  values (of_project, of_context, of_subject, new_version, given_id, by_key, new_schema_ver)
  returning v.register_time into registered;
  -- Last of all: from here on the feed's lock is held, until the commit.
  insert into registry_changes (project_id, kind, context, subject, version, schema_id, key_id)
  values (of_project, 'REGISTERED', of_context, of_subject, new_version, given_id, by_key);
  return next;
end
$$;
