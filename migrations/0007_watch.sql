-- watch: what was measured, a row every few seconds for each application.
create table metric_sample (
  application_id bigint not null,
  at bigint not null,
  requests_per_second double precision not null,
  failed_per_second double precision not null,
  cpu_percent double precision not null,
  memory_bytes bigint not null,
  instances bigint not null,
  primary key (application_id, at)
);
