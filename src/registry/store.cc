#include "registry/store.h"

namespace sampan::registry::store {

namespace {

StoredManifest manifest_of(const Row& row) {
  return {row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.integer(6), row.time(7)};
}
constexpr std::string_view kManifestColumns =
    "id, digest, media_type, artifact_type, body, pushed_by, image_size, created_at";

Result<std::vector<std::string>> texts(Tx& tx, std::string_view sql, std::vector<Param> params = {}) {
  std::vector<std::string> found;
  for (const auto& row : TRY(tx.query(sql, std::move(params)))) found.push_back(row.text(0));
  return found;
}

}  // namespace

Result<std::optional<Repository>> find_repository(Tx& tx, std::string_view name) {
  const auto row = TRY(tx.maybe("select id, name, immutable_tags from image_repository where name = $1", {name}));
  if (!row) return std::optional<Repository>();
  return std::optional<Repository>(Repository{row->integer(0), row->text(1), row->flag(2)});
}

Result<Repository> ensure_repository(Tx& tx, std::string_view name, Time now) {
  TRY(tx.exec(
      "insert into image_repository(name, created_at, updated_at) values ($1, $2, $2) on conflict (name) do nothing",
      {name, now}));
  return *TRY(find_repository(tx, name));
}

Result<std::vector<std::string>> list_repository_names(Tx& tx) {
  return texts(tx, "select name from image_repository order by name");
}

Result<std::vector<RepositorySummary>> list_repositories(Tx& tx) {
  std::vector<RepositorySummary> found;
  for (const auto& row :
       TRY(tx.query("select r.name, (select count(*) from image_tag t where t.repository_id = r.id),"
                    " coalesce(s.size, 0), r.pulls, r.updated_at from image_repository r left join"
                    " (select l.repository_id, sum(b.size) as size from image_blob_link l join image_blob b"
                    " on b.sha256 = l.sha256 group by l.repository_id) s on s.repository_id = r.id order by r.name"))) {
    found.push_back({row.text(0), row.integer(1), row.integer(2), row.integer(3), row.time(4)});
  }
  return found;
}

Result<void> set_immutable(Tx& tx, std::int64_t repository, bool immutable) {
  TRY(tx.exec("update image_repository set immutable_tags = $2 where id = $1", {repository, immutable}));
  return {};
}

Result<std::optional<LinkedBlob>> linked_blob(Tx& tx, std::int64_t repository, std::string_view sha256) {
  const auto row =
      TRY(tx.maybe("select b.size, b.touched_at from image_blob_link l join image_blob b on b.sha256 = l.sha256 where "
                   "l.repository_id = $1 and l.sha256 = $2",
                   {repository, sha256}));
  if (!row) return std::optional<LinkedBlob>();
  return std::optional(LinkedBlob{row->integer(0), row->time(1)});
}

Result<bool> has_blob(Tx& tx, std::string_view sha256) {
  return TRY(tx.maybe("select 1 from image_blob where sha256 = $1", {sha256})).has_value();
}

Result<void> link_blob(Tx& tx, std::int64_t repository, std::string_view sha256, std::uint64_t size, Time now) {
  TRY(
      tx.exec("insert into image_blob(sha256, size, touched_at) values ($1, $2, $3) on conflict (sha256) do update set "
              "touched_at = $3",
              {sha256, size, now}));
  TRY(
      tx.exec("insert into image_blob_link(repository_id, sha256) values ($1, $2) on conflict (sha256, repository_id) "
              "do nothing",
              {repository, sha256}));
  return {};
}

Result<void> link_small_blob(Tx& tx, std::int64_t repository, std::string_view sha256, std::string_view bytes,
                             Time now) {
  if (TRY(has_blob(tx, sha256))) return link_blob(tx, repository, sha256, bytes.size(), now);
  const auto content =
      TRY(tx.insert("insert into image_blob_content(bytes) values ($1) returning id", {Blob{std::string(bytes)}}));
  TRY(tx.exec("insert into image_blob(sha256, size, touched_at, content_id) values ($1, $2, $3, $4)",
              {sha256, bytes.size(), now, content}));
  TRY(tx.exec("insert into image_blob_link(repository_id, sha256) values ($1, $2)", {repository, sha256}));
  return {};
}

Result<std::optional<std::string>> blob_bytes(Tx& tx, std::string_view sha256) {
  const auto row = TRY(
      tx.maybe("select c.bytes from image_blob b join image_blob_content c on c.id = b.content_id where b.sha256 = $1",
               {sha256}));
  if (!row) return std::optional<std::string>();
  return std::optional<std::string>(row->bytes(0));
}

Result<void> touch_blob(Tx& tx, std::string_view sha256, Time now) {
  TRY(tx.exec("update image_blob set touched_at = $2 where sha256 = $1", {sha256, now}));
  return {};
}

Result<bool> unlink_blob(Tx& tx, std::int64_t repository, std::string_view sha256) {
  return TRY(tx.exec("delete from image_blob_link where repository_id = $1 and sha256 = $2 and not exists (select 1 "
                     "from image_manifest_blob b"
                     " join image_manifest m on m.id = b.manifest_id where m.repository_id = $1 and b.sha256 = $2)",
                     {repository, sha256})) > 0;
}

Result<std::vector<std::string>> unlink_unused_blobs(Tx& tx, Time before) {
  const auto unused = TRY(texts(tx,
                                "select sha256 from image_blob b where touched_at < $1 and not exists"
                                " (select 1 from image_manifest_blob m where m.sha256 = b.sha256) limit 1000",
                                {before}));
  for (const auto& sha256 : unused) TRY(tx.exec("delete from image_blob_link where sha256 = $1", {sha256}));
  return unused;
}

Result<void> forget_blobs(Tx& tx, const std::vector<std::string>& blobs) {
  for (const auto& sha256 : blobs) {
    TRY(tx.exec("delete from image_blob_content where id = (select content_id from image_blob where sha256 = $1)",
                {sha256}));
    TRY(tx.exec("delete from image_blob where sha256 = $1", {sha256}));
  }
  return {};
}

Result<std::optional<StoredManifest>> find_manifest(Tx& tx, std::int64_t repository, std::string_view digest) {
  const auto row = TRY(
      tx.maybe(fmt::format("select {} from image_manifest where repository_id = $1 and digest = $2", kManifestColumns),
               {repository, digest}));
  if (!row) return std::optional<StoredManifest>();
  return std::optional<StoredManifest>(manifest_of(*row));
}

Result<std::optional<std::string>> digest_of_tag(Tx& tx, std::int64_t repository, std::string_view tag) {
  const auto row =
      TRY(tx.maybe("select digest from image_tag where repository_id = $1 and tag = $2", {repository, tag}));
  if (!row) return std::optional<std::string>();
  return std::optional<std::string>(row->text(0));
}

Result<void> put_manifest(Tx& tx, std::int64_t repository, std::string_view digest, const Manifest& manifest,
                          std::string_view body, std::string_view by, Time now) {
  const auto id =
      TRY(tx.insert("insert into image_manifest(repository_id, digest, media_type, artifact_type, subject, body, "
                    "image_size, pushed_by, created_at)"
                    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
                    {repository, digest, manifest.media_type, manifest.artifact_type, manifest.subject.text(), body,
                     manifest.image_size(), by, now}));
  std::int64_t position = 0;
  for (const auto& blob : manifest.blobs) {
    TRY(tx.exec("insert into image_manifest_blob(manifest_id, sha256, size, position) values ($1, $2, $3, $4)",
                {id, blob.digest.hex(), blob.size, position++}));
  }
  return {};
}

Result<void> put_tag(Tx& tx, std::int64_t repository, std::string_view tag, std::string_view digest,
                     std::string_view by, Time now) {
  TRY(
      tx.exec("insert into image_tag(repository_id, tag, digest, pushed_by, updated_at) values ($1, $2, $3, $4, $5)"
              " on conflict (repository_id, tag) do update set digest = $3, pushed_by = $4, updated_at = $5",
              {repository, tag, digest, by, now}));
  TRY(tx.exec("update image_repository set updated_at = $2 where id = $1", {repository, now}));
  return {};
}

Result<bool> delete_tag(Tx& tx, std::int64_t repository, std::string_view tag) {
  return TRY(tx.exec("delete from image_tag where repository_id = $1 and tag = $2", {repository, tag})) > 0;
}

Result<bool> delete_manifest(Tx& tx, std::int64_t repository, std::string_view digest) {
  TRY(tx.exec("delete from image_tag where repository_id = $1 and digest = $2", {repository, digest}));
  TRY(
      tx.exec("delete from image_manifest_blob where manifest_id in (select id from image_manifest where repository_id "
              "= $1 and digest = $2)",
              {repository, digest}));
  return TRY(tx.exec("delete from image_manifest where repository_id = $1 and digest = $2", {repository, digest})) > 0;
}

Result<std::vector<std::string>> list_tags(Tx& tx, std::int64_t repository, std::string_view after,
                                           std::int64_t limit) {
  return texts(tx, "select tag from image_tag where repository_id = $1 and tag > $2 order by tag limit $3",
               {repository, after, limit});
}

Result<std::vector<TagSummary>> tag_summaries(Tx& tx, std::int64_t repository) {
  std::vector<TagSummary> found;
  for (const auto& row :
       TRY(tx.query("select t.tag, t.digest, t.pushed_by, m.image_size, t.updated_at, m.body, m.id from image_tag t"
                    " join image_manifest m on m.repository_id = t.repository_id and m.digest = t.digest"
                    " where t.repository_id = $1 order by t.updated_at desc, t.tag",
                    {repository}))) {
    found.push_back({row.text(0), row.text(1), row.text(2), row.integer(3), row.time(4), row.text(5), row.integer(6)});
  }
  return found;
}

Result<std::vector<StoredManifest>> referrers(Tx& tx, std::int64_t repository, std::string_view subject) {
  std::vector<StoredManifest> found;
  for (const auto& row :
       TRY(tx.query(fmt::format("select {} from image_manifest where repository_id = $1 and subject = $2 order by id",
                                kManifestColumns),
                    {repository, subject}))) {
    found.push_back(manifest_of(row));
  }
  return found;
}

Result<void> count_pulls(Tx& tx, std::int64_t repository, std::int64_t more) {
  TRY(tx.exec("update image_repository set pulls = pulls + $2 where id = $1", {repository, more}));
  return {};
}

Result<void> put_upload(Tx& tx, const Upload& upload, Time now) {
  TRY(
      tx.exec("insert into image_upload(id, repository_id, size, sha256, touched_at) values ($1, $2, $3, $4, $5)"
              " on conflict (id) do update set size = $3, sha256 = $4, touched_at = $5",
              {upload.id, upload.repository, upload.size, upload.sha256, now}));
  return {};
}

Result<std::vector<Upload>> all_uploads(Tx& tx) {
  std::vector<Upload> found;
  for (const auto& row : TRY(tx.query("select id, repository_id, size, sha256 from image_upload")))
    found.push_back({row.text(0), row.integer(1), row.integer(2), row.text(3)});
  return found;
}

Result<void> delete_upload(Tx& tx, std::string_view id) {
  TRY(tx.exec("delete from image_upload where id = $1", {id}));
  return {};
}

}  // namespace sampan::registry::store
