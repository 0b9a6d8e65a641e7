-- watch: how soon 95 of 100 requests were answered; null: there was none, or it was not measured yet.

alter table metric_sample add column p95_ms double precision;
