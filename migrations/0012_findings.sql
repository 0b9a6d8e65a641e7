-- What scanning found (src/findings/).

create table commit_scan (
  id ID_COLUMN,
  repo_id bigint not null references repository (id) on delete cascade,
  commit_sha text not null,
  base_sha text not null,               -- what "new" is measured against; zeros: nothing
  ref text not null,                    -- the first ref it was scanned for
  rule_set text not null,               -- empty until it is done
  state text not null,                  -- queued, done, failed
  reason text not null,
  files bigint not null,                -- read for this scan: not those already known
  blocker bigint not null,
  critical bigint not null,
  major bigint not null,
  gaps bigint not null,
  new_blocker bigint not null,
  new_critical bigint not null,
  new_major bigint not null,
  took_us bigint not null,
  created_at bigint not null,
  finished_at bigint,
  unique (repo_id, commit_sha)
);
create index commit_scan_state on commit_scan (state);
create index commit_scan_ref on commit_scan (repo_id, ref, id);

-- What one version of one file holds by one rule set: written once, never changed.
create table scanned_file (
  repo_id bigint not null references repository (id) on delete cascade,
  rule_set text not null,
  path text not null,
  blob_sha text not null,
  outcome text not null,                -- JSON; empty: nothing was found
  primary key (repo_id, rule_set, path, blob_sha)
);

create table dismissal (
  id ID_COLUMN,
  repo_id bigint not null references repository (id) on delete cascade,
  fingerprint text not null,
  rule text not null,
  path text not null,
  user_id bigint not null,
  actor text not null,
  reason text not null,
  created_at bigint not null,
  until_at bigint not null,
  ended_at bigint,
  ended_by text not null
);
create index dismissal_repo on dismissal (repo_id, fingerprint);

create table red_line (
  repo_id bigint not null references repository (id) on delete cascade,
  position bigint not null,
  branch text not null,                 -- a pattern
  severity text not null,
  scope text not null,                  -- all, fresh
  most bigint not null,
  primary key (repo_id, position)
);
