-- deliver: where things run, what runs there, and how it came to be.
create table environment (
  id ID_COLUMN,
  name text not null unique,
  title text not null,
  position bigint not null,
  failure_policy text not null,
  locked_by text not null default '',
  locked_reason text not null default '',
  locked_at bigint,
  created_at bigint not null
);
create table application (
  id ID_COLUMN,
  environment_id bigint not null references environment(id),
  name text not null,
  repo_id bigint not null,
  repo_path text not null,
  port bigint not null default 0,
  url text not null default '',
  wanted bigint not null default 0,
  release_id bigint,
  next_release bigint not null default 1,
  created_at bigint not null,
  changed_at bigint not null,
  unique (environment_id, name)
);
create table release (
  id ID_COLUMN,
  application_id bigint not null references application(id) on delete cascade,
  number bigint not null,
  digest text not null,
  image text not null,
  commit_sha text not null,
  tree_sha text not null,
  spec_yaml text not null,
  created_by text not null,
  created_at bigint not null,
  unique (application_id, number)
);
create table release_setting (
  release_id bigint not null references release(id) on delete cascade,
  key text not null,
  value text not null,
  secret bigint not null,
  version bigint not null,
  group_name text not null,
  primary key (release_id, key)
);
create table deployment (
  id ID_COLUMN,
  application_id bigint not null references application(id) on delete cascade,
  kind text not null,
  release_id bigint not null references release(id),
  previous_release_id bigint,
  state text not null,
  phase text not null,
  reason text not null default '',
  requests bigint not null default 0,
  failed bigint not null default 0,
  probe_requests bigint not null default 0,
  probe_failed bigint not null default 0,
  failures text not null default '[]',
  actor text not null,
  run_id bigint not null default 0,
  job_id bigint not null default 0,
  step text not null default '',
  warm_used bigint not null default 0,
  created_at bigint not null,
  switched_at bigint,
  finished_at bigint
);
create index deployment_application on deployment(application_id, id);
create index deployment_state on deployment(state);
create unique index deployment_job on deployment(job_id, step) where job_id > 0;
create table deployment_phase (
  deployment_id bigint not null references deployment(id) on delete cascade,
  name text not null,
  started_at bigint not null,
  finished_at bigint,
  deadline_ms bigint not null,
  primary key (deployment_id, name)
);
create table deployment_note (
  id ID_COLUMN,
  deployment_id bigint not null references deployment(id) on delete cascade,
  at bigint not null,
  text text not null
);
create index deployment_note_deployment on deployment_note(deployment_id, id);
create table instance (
  id ID_COLUMN,
  application_id bigint not null references application(id) on delete cascade,
  release_id bigint not null references release(id),
  deployment_id bigint not null default 0,
  name text not null unique,
  state text not null,
  address text not null default '',
  pid bigint not null default 0,
  created_at bigint not null,
  ready_at bigint,
  aside_at bigint,
  probe_at bigint,
  probe_ok bigint not null default 0,
  probe_status bigint not null default 0,
  probe_body text not null default '',
  exit_code bigint,
  exit_reason text not null default '',
  ended_at bigint,
  log_tail text not null default ''
);
create index instance_application on instance(application_id, state);
create table app_event (
  id ID_COLUMN,
  application_id bigint not null references application(id) on delete cascade,
  at bigint not null,
  what text not null,
  reason text not null
);
create index app_event_application on app_event(application_id, id);
