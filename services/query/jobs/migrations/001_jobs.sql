-- Questions that are answered in the background, and their answers while they are kept.

create table query_jobs (
  project_id text not null,
  -- Ids of later jobs are greater, in the order of bytes.
  job_id text collate "C" not null,
  -- Empty: none.
  idempotency_key text not null,
  -- tideline.query.v1.JobQuestion.
  question bytea not null,
  -- Of the question in a form that is the same for the same question.
  question_sha256 bytea not null,
  -- The number of tideline.query.v1.JobState.
  state smallint not null,
  create_time timestamptz not null default now(),
  run_time timestamptz,
  end_time timestamptz,
  -- Set with end_time: afterwards the job is not there any more.
  expire_time timestamptz,
  -- The process that works on it, and until when it is known to: later another may.
  runner text not null default '',
  lease_until timestamptz not null default now(),
  attempts int not null default 0,
  rows_read bigint not null default 0,
  rows_total bigint not null default 0,
  -- Of the answer that is kept.
  answer_bytes bigint not null default 0,
  -- tideline.query.v1.JobFailure; null where there is none.
  failure bytea,
  primary key (project_id, job_id)
);

create unique index query_jobs_by_key on query_jobs (project_id, idempotency_key) where idempotency_key <> '';
create index query_jobs_open on query_jobs (create_time) where state in (1, 2);
create index query_jobs_by_run on query_jobs (project_id, run_time);
create index query_jobs_expiring on query_jobs (expire_time) where expire_time is not null;

create table query_job_pages (
  project_id text not null,
  job_id text collate "C" not null,
  -- From 0.
  page int not null,
  -- tideline.query.v1.JobAnswer.
  answer bytea not null,
  primary key (project_id, job_id, page),
  foreign key (project_id, job_id) references query_jobs on delete cascade
);
