-- registry: images by repository; manifests are rows, blobs are files named by their digest.
create table image_repository (
  id ID_COLUMN,
  name text not null unique,
  immutable_tags bigint not null default 1,
  pulls bigint not null default 0,
  created_at bigint not null,
  updated_at bigint not null
);
create table image_blob (
  sha256 text primary key,
  size bigint not null,
  touched_at bigint not null
);
create table image_blob_link (
  repository_id bigint not null references image_repository(id) on delete cascade,
  sha256 text not null references image_blob(sha256),
  primary key (repository_id, sha256)
);
create index image_blob_link_blob on image_blob_link(sha256);
create table image_manifest (
  id ID_COLUMN,
  repository_id bigint not null references image_repository(id) on delete cascade,
  digest text not null,
  media_type text not null,
  artifact_type text not null,
  subject text not null,
  body text not null,
  image_size bigint not null,
  pushed_by text not null,
  created_at bigint not null,
  unique (repository_id, digest)
);
create index image_manifest_subject on image_manifest(repository_id, subject);
create table image_manifest_blob (
  manifest_id bigint not null references image_manifest(id) on delete cascade,
  sha256 text not null,
  size bigint not null,
  position bigint not null,
  primary key (manifest_id, position)
);
create index image_manifest_blob_blob on image_manifest_blob(sha256);
create table image_tag (
  repository_id bigint not null references image_repository(id) on delete cascade,
  tag text not null,
  digest text not null,
  pushed_by text not null,
  updated_at bigint not null,
  primary key (repository_id, tag)
);
create table image_upload (
  id text primary key,
  repository_id bigint not null references image_repository(id) on delete cascade,
  size bigint not null,
  sha256 text not null,
  touched_at bigint not null
);
