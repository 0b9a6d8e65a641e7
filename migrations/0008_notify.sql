-- notify: robots that people are told by, and what was or will be said.
create table robot (
  id ID_COLUMN,
  name text not null unique,
  kind text not null,
  url text not null,
  secret bytea,
  events text not null,
  repos text not null,
  environments text not null,
  created_at bigint not null
);
create table notice (
  id ID_COLUMN,
  robot_id bigint not null references robot(id) on delete cascade,
  source text not null,
  event text not null,
  title text not null,
  body text not null,
  link text not null,
  link_title text not null,
  repo text not null,
  environment text not null,
  state text not null,
  attempts bigint not null default 0,
  answer text not null default '',
  batch bigint,
  created_at bigint not null,
  next_at bigint not null,
  sent_at bigint,
  unique (robot_id, source)
);
create index notice_queue on notice(state, next_at);
create index notice_sent on notice(robot_id, sent_at);
