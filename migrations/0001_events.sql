-- What rooms tell each other, as rows; and how far each listener has come.
create table event (
  id ID_COLUMN,
  kind text not null,
  body text not null,
  at bigint not null
);
create index event_by_kind on event (kind, id);
create table event_cursor (
  listener text primary key,
  last_id bigint not null
);
