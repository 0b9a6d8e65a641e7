-- A commit comes in (src/git/).

create table repo_group (
  id ID_COLUMN,
  name text not null,
  description text not null,
  visibility text not null,             -- private, internal
  created_at bigint not null
);
create unique index repo_group_name on repo_group (lower(name));

create table repository (
  id ID_COLUMN,
  group_id bigint not null references repo_group (id),
  name text not null,
  description text not null,
  visibility text not null,
  default_branch text not null,
  ready bigint not null,                -- 0 until its folder is there
  created_at bigint not null,
  updated_at bigint not null
);
create unique index repository_name on repository (group_id, lower(name));

-- A push is intended before its refs move, and done once it has said what moved.
create table push (
  id ID_COLUMN,
  repo_id bigint not null references repository (id) on delete cascade,
  user_id bigint,
  actor text not null,
  state text not null,                  -- intended, done, undone
  options text not null,                -- push options, one a line
  created_at bigint not null,
  finished_at bigint
);
create index push_repo on push (repo_id, id);
create index push_state on push (state);

create table push_update (
  push_id bigint not null references push (id) on delete cascade,
  position bigint not null,
  ref text not null,
  old_sha text not null,
  new_sha text not null,
  moved bigint not null,
  primary key (push_id, position)
);
