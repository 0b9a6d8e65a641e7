-- Who may do what (src/people/).

create table user_account (
  id ID_COLUMN,
  login text not null,
  name text not null,
  email text not null,
  locale text not null,
  password_hash text not null,          -- argon2id, in libsodium's text form
  site_admin bigint not null,
  active bigint not null,
  must_change_password bigint not null,
  created_at bigint not null,
  last_seen_at bigint
);
create unique index user_account_login on user_account (lower(login));

create table session (
  hash text primary key,                -- sha256 of the cookie's value
  user_id bigint not null references user_account (id),
  remote_address text not null,
  created_at bigint not null,
  last_seen_at bigint not null,
  expires_at bigint not null
);
create index session_by_user on session (user_id);

create table token (
  id ID_COLUMN,
  kind text not null,                   -- personal, job, runner
  hash text not null unique,            -- sha256 of the token
  name text not null,
  scopes text not null,                 -- names with a space between
  user_id bigint references user_account (id),  -- owner; of job tokens: who caused the run
  job_id bigint,
  runner_id bigint,
  repo_id bigint,
  repo_path text not null,
  created_at bigint not null,
  expires_at bigint,
  last_used_at bigint,
  revoked_at bigint
);
create index token_user on token (user_id);
create index token_job on token (job_id);
create index token_runner on token (runner_id);

create table membership (
  target_kind text not null,            -- group, repo, environment
  target_id bigint not null,
  user_id bigint not null references user_account (id),
  role text not null,                   -- viewer, developer, admin
  primary key (target_kind, target_id, user_id)
);
create index membership_user on membership (user_id);

-- Rows are only ever added.
create table audit (
  id ID_COLUMN,
  at bigint not null,
  actor text not null,
  user_id bigint,
  remote_address text not null,
  action text not null,
  target_kind text not null,
  target text not null,
  detail text not null
);
create index audit_actor on audit (actor, id);
create index audit_target on audit (target, id);
