-- deliver: that a deployment was asked to end outlives a stop of the server.
alter table deployment add column abort_reason text not null default '';
