-- Small blobs are rows beside their image_blob row: one commit keeps them. Those pushed before this stay files.
-- image_upload has a row of an upload only from the moment it has a file.
create table image_blob_bytes (
  sha256 text primary key references image_blob(sha256) on delete cascade,
  bytes bytea not null
);
