-- It is built (src/pipeline/). A run's state is not a column: it is derived from its jobs.

create table pipeline (
  id ID_COLUMN,
  repo bigint not null,
  file text not null,                   -- ".sampan/daily.yaml"
  name text not null,                   -- as last read
  last_number bigint not null,          -- of its runs
  unique (repo, file)
);

create table pipeline_run (
  id ID_COLUMN,
  pipeline bigint not null references pipeline (id),
  repo bigint not null,
  repo_path text not null,
  number bigint not null,
  name text not null,                   -- of the pipeline, in the file of this run
  ref text not null,                    -- "refs/heads/master"
  sha text not null,
  title text not null,                  -- of the commit
  cause text not null,                  -- push, tag, manual, schedule, retry
  push bigint not null,                 -- 0: none
  actor bigint not null,
  actor_name text not null,
  remark text not null,
  yaml text not null,                   -- the file as it was: a retry has the same inputs
  stages text not null,                 -- JSON [{id, name}]
  variable_groups text not null,        -- JSON [name]
  created_at bigint not null,
  started_at bigint,
  finished_at bigint,
  said_state text not null,             -- the last state told to others (RunChanged)
  unique (pipeline, number)
);
create index pipeline_run_repo on pipeline_run (repo, id);
create index pipeline_run_ref on pipeline_run (pipeline, ref, id);
create index pipeline_run_open on pipeline_run (pipeline, id) where finished_at is null;
create index pipeline_run_said on pipeline_run (said_state, id);

create table run_variable (
  run bigint not null references pipeline_run (id),
  source text not null,                 -- file, input, step
  key text not null,
  value text not null,
  primary key (run, source, key)
);

create table run_job (
  id ID_COLUMN,
  run bigint not null references pipeline_run (id),
  pipeline bigint not null,
  repo bigint not null,
  place bigint not null,                -- in the file
  key text not null,                    -- "STAGE.JOB"
  plan text not null,                   -- JSON of JobPlan
  labels text not null,                 -- sorted, with commas between: what its runner must have
  state text not null,
  reason text not null,                 -- why it failed, was skipped or cancelled; waiting jobs derive theirs
  blocked bigint not null,              -- skipped because something before it failed
  held bigint not null,                 -- pending because the same job of another run is under way
  fence bigint not null,                -- grows with every start; names the log
  tries bigint not null,                -- starts since a person last asked
  runner bigint not null,               -- that has or had it; 0: none
  lease_until bigint,                   -- null: not leased
  reported bigint not null,             -- the runner has said something under this fence
  deadline_at bigint,
  step_at bigint not null,              -- of a platform job: the step under way
  deployment bigint not null,
  queued_at bigint,
  started_at bigint,
  finished_at bigint
);
create index run_job_run on run_job (run, place);
create index run_job_queue on run_job (labels, id) where state = 'queued';
create index run_job_lease on run_job (lease_until) where lease_until is not null;
create index run_job_runner on run_job (runner) where lease_until is not null;
create index run_job_deadline on run_job (deadline_at) where deadline_at is not null;
create index run_job_same on run_job (pipeline, key, state, id);

create table job_step (
  job bigint not null references run_job (id),
  place bigint not null,
  key text not null,
  name text not null,
  kind text not null,
  state text not null,                  -- pending, running, succeeded, failed, canceled, skipped
  reason text not null,
  exit_code bigint,
  started_at bigint,
  finished_at bigint,
  primary key (job, place)
);

create table job_gate (
  job bigint primary key references run_job (id),
  state text not null,                  -- open, approved, refused
  validators text not null,             -- JSON [login]
  all_must bigint not null,
  message text not null,
  opened_at bigint not null,
  expires_at bigint,
  release_at bigint                     -- approved, but to pass only then
);
create index job_gate_release on job_gate (release_at) where state = 'open' and release_at is not null;
create index job_gate_expiry on job_gate (expires_at) where state = 'open' and expires_at is not null;

create table gate_vote (
  job bigint not null references run_job (id),
  login text not null,
  verdict text not null,                -- approve, refuse
  remark text not null,
  at bigint not null,
  primary key (job, login)
);

create table trigger_push (push bigint primary key);  -- pushes already looked at

create table trigger_record (
  id ID_COLUMN,
  repo bigint not null,
  at bigint not null,
  event text not null,                  -- push, tag
  ref text not null,
  sha text not null,
  actor_name text not null,
  outcome text not null,                -- started, nothing
  reason text not null,
  pipeline_file text not null,
  run bigint not null
);
create index trigger_record_repo on trigger_record (repo, id);

create table runner (
  id ID_COLUMN,
  name text not null unique,
  labels text not null,                 -- sorted, with commas between
  version text not null,
  capacity bigint not null,
  created_at bigint not null,
  last_seen_at bigint
);

create table artifact (
  id ID_COLUMN,
  run bigint not null references pipeline_run (id),
  job bigint not null references run_job (id),
  repo bigint not null,
  step text not null,
  name text not null,
  kind text not null,                   -- archive, file, image
  file_name text not null,
  size bigint not null,
  sha256 text not null,                 -- of the bytes; of an image: the digest's hex
  image text not null,                  -- "host/repository:tag"; empty for files
  created_at bigint not null,
  unique (job, name)
);
create index artifact_run on artifact (run);
create index artifact_sha on artifact (sha256);

create table test_report (
  id ID_COLUMN,
  job bigint not null references run_job (id),
  fence bigint not null,
  kind text not null,
  name text not null,
  step text not null,
  file_sha256 text not null,            -- the same file sent twice counts once
  tests bigint not null,
  failures bigint not null,
  errors bigint not null,
  skipped bigint not null,
  duration_us bigint not null,
  failed_cases text not null,           -- JSON
  unique (job, fence, name, file_sha256)
);

create table job_cache (
  id ID_COLUMN,
  repo bigint not null,
  key text not null unique,             -- its name on the runner
  pipeline_file text not null,
  job_key text not null,
  directory text not null,
  generation bigint not null,           -- raised to drop what runners hold
  size bigint not null,                 -- 0: nothing kept
  note text not null,
  updated_at bigint not null
);
create index job_cache_repo on job_cache (repo);

create table variable_group (
  id ID_COLUMN,
  name text not null unique,
  description text not null,
  environments text not null,           -- JSON [name]
  repos text not null,                  -- JSON ["company/shop", "company/*"]
  updated_at bigint not null,
  updated_by text not null
);

create table variable (
  group_id bigint not null references variable_group (id),
  key text not null,
  value text not null,                  -- of a secret: sealed, base64
  secret bigint not null,
  version bigint not null,
  primary key (group_id, key)
);

-- Rows are only ever added: releases refer to versions.
create table variable_change (
  id ID_COLUMN,
  at bigint not null,
  actor text not null,
  group_name text not null,
  key text not null,
  version bigint not null,
  action text not null,                 -- set, delete
  secret bigint not null,
  value text not null
);
create unique index variable_change_version on variable_change (group_name, key, version);
