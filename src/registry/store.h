// All SQL of the registry.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db.h"
#include "registry/manifest.h"

namespace sampan::registry::store {

struct Repository {
  std::int64_t id = 0;
  std::string name;
  bool immutable_tags = true;
};
struct StoredManifest {
  std::int64_t id = 0;
  std::string digest, media_type, artifact_type, body, pushed_by;
  std::int64_t image_size = 0;
  Time created_at{};
};
struct LinkedBlob {
  std::int64_t size = 0;
  Time touched_at{};
};
struct Upload {
  std::string id;
  std::int64_t repository = 0, size = 0;
  std::string sha256;
};
struct RepositorySummary {
  std::string name;
  std::int64_t tags = 0, size = 0, pulls = 0;
  Time updated_at{};
};
struct TagSummary {
  std::string tag, digest, pushed_by;
  std::int64_t size = 0;
  Time updated_at{};
  std::string body;
  std::int64_t manifest = 0;  // its id
};

Result<Repository> ensure_repository(Tx& tx, std::string_view name, Time now);
Result<std::optional<Repository>> find_repository(Tx& tx, std::string_view name);
Result<std::vector<std::string>> list_repository_names(Tx& tx);
Result<std::vector<RepositorySummary>> list_repositories(Tx& tx);
Result<void> set_immutable(Tx& tx, std::int64_t repository, bool immutable);

// A blob is readable through a repository that links it.
Result<std::optional<LinkedBlob>> linked_blob(Tx& tx, std::int64_t repository, std::string_view sha256);
Result<bool> has_blob(Tx& tx, std::string_view sha256);
Result<void> link_blob(Tx& tx, std::int64_t repository, std::string_view sha256, std::uint64_t size, Time now);
// The same with the bytes of a small blob, which has no file. Those of one that is there already are not changed.
Result<void> link_small_blob(Tx& tx, std::int64_t repository, std::string_view sha256, std::string_view bytes,
                             Time now);
Result<std::optional<std::string>> blob_bytes(Tx& tx, std::string_view sha256);
Result<void> touch_blob(Tx& tx, std::string_view sha256, Time now);
Result<bool> unlink_blob(Tx& tx, std::int64_t repository,
                         std::string_view sha256);  // false: a manifest here needs it, or it is not linked
// Takes blobs that no manifest names and nobody touched since `before` from their repositories. Their rows stay until
// their files are gone: a stop between the two leaves nothing that is not found again.
Result<std::vector<std::string>> unlink_unused_blobs(Tx& tx, Time before);
Result<void> forget_blobs(Tx& tx, const std::vector<std::string>& blobs);

Result<std::optional<StoredManifest>> find_manifest(Tx& tx, std::int64_t repository, std::string_view digest);
Result<std::optional<std::string>> digest_of_tag(Tx& tx, std::int64_t repository, std::string_view tag);
Result<void> put_manifest(Tx& tx, std::int64_t repository, std::string_view digest, const Manifest& manifest,
                          std::string_view body, std::string_view by, Time now);
Result<void> put_tag(Tx& tx, std::int64_t repository, std::string_view tag, std::string_view digest,
                     std::string_view by, Time now);
Result<bool> delete_tag(Tx& tx, std::int64_t repository, std::string_view tag);
Result<bool> delete_manifest(Tx& tx, std::int64_t repository, std::string_view digest);  // with its tags
Result<std::vector<std::string>> list_tags(Tx& tx, std::int64_t repository, std::string_view after, std::int64_t limit);
Result<std::vector<TagSummary>> tag_summaries(Tx& tx, std::int64_t repository);
Result<std::vector<StoredManifest>> referrers(Tx& tx, std::int64_t repository, std::string_view subject);
Result<void> count_pulls(Tx& tx, std::int64_t repository, std::int64_t more);

Result<void> put_upload(Tx& tx, const Upload& upload, Time now);
Result<void> delete_upload(Tx& tx, std::string_view id);
Result<std::vector<Upload>> all_uploads(Tx& tx);

}  // namespace sampan::registry::store
