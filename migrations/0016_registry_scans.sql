-- registry: what layers say of packages (it follows from their bytes), and what the advisories say of an image.
create table image_layer (
  sha256 text primary key references image_blob(sha256) on delete cascade,
  format bigint not null,
  content text not null
);
create table image_scan (
  manifest_id bigint primary key references image_manifest(id) on delete cascade,
  stamp text not null,
  state text not null,
  packages bigint not null,
  blocker bigint not null,
  critical bigint not null,
  major bigint not null,
  gaps bigint not null,
  content text not null,
  took_us bigint not null,
  scanned_at bigint not null
);
