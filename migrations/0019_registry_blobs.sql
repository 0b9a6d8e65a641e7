-- registry: a small blob wrote four rows at random places of four indexes and three at the ends of their tables, and the
-- more blobs there were the longer that took. Its bytes have a number now, and who links it is found by the blob.
create table image_blob_content (
  id ID_COLUMN,
  bytes bytea not null,
  sha256 text
);
insert into image_blob_content (bytes, sha256) select bytes, sha256 from image_blob_bytes;
create index image_blob_content_sha256 on image_blob_content(sha256);
-- null: a file.
alter table image_blob add column content_id bigint;
update image_blob set content_id = (select id from image_blob_content c where c.sha256 = image_blob.sha256);
drop index image_blob_content_sha256;
alter table image_blob_content drop column sha256;
drop table image_blob_bytes;
create table image_blob_linked (
  sha256 text not null references image_blob(sha256),
  repository_id bigint not null references image_repository(id) on delete cascade,
  primary key (sha256, repository_id)
);
insert into image_blob_linked (sha256, repository_id) select sha256, repository_id from image_blob_link;
drop table image_blob_link;
alter table image_blob_linked rename to image_blob_link;
