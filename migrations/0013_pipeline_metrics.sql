-- Numbers that a step reported, and the red line each was held against (src/pipeline/).
create table job_metric (
  id ID_COLUMN,
  job bigint not null references run_job (id),
  fence bigint not null,
  step text not null,
  name text not null,
  value double precision not null,
  comparator text not null,             -- LE, GE, EQ; empty: no red line
  bound double precision not null,
  unique (job, fence, name)
);
create index job_metric_name on job_metric (name, job);
