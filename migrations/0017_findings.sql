-- What scanning found in history; a scan that somebody asked for by its commit belongs to no branch (src/findings/).

update commit_scan set ref = '' where ref = 'refs/heads/' || commit_sha;

-- Secrets that a commit wrote and its branch's last commit did not have: each once, with the first commit that was seen.
create table past_secret (
  repo_id bigint not null references repository (id) on delete cascade,
  fingerprint text not null,
  commit_sha text not null,
  finding text not null,                -- JSON
  primary key (repo_id, fingerprint)
);
