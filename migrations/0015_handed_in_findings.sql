-- What other tools found in a commit, as it was handed in (src/findings/): the last of each tool.
create table handed_in (
  repo_id bigint not null references repository (id) on delete cascade,
  commit_sha text not null,
  tool text not null,
  base_sha text not null,               -- whose results of this tool "new" is measured against; zeros: nobody's
  outcome text not null,                -- JSON of findings and gaps; empty: nothing was found
  blocker bigint not null,
  critical bigint not null,
  major bigint not null,
  gaps bigint not null,
  suppressed bigint not null,
  new_blocker bigint not null,
  new_critical bigint not null,
  new_major bigint not null,
  actor text not null,
  created_at bigint not null,
  primary key (repo_id, commit_sha, tool)
);
create index handed_in_tool on handed_in (repo_id, tool, created_at);
