#include "registry/scan_store.h"

#include "base/enum_text.h"
#include "base/json_struct.h"
#include "registry/store.h"

namespace sampan::registry::store {

Result<std::vector<DueImage>> due_images(Tx& tx, std::string_view stamp, std::int64_t limit) {
  std::vector<DueImage> found;
  for (const auto& row : TRY(tx.query(
           "select m.repository_id, m.id, m.digest, m.media_type, m.body from image_manifest m join (select "
           "repository_id, digest, max(updated_at) as tagged_at from image_tag group by repository_id, digest) t"
           " on t.repository_id = m.repository_id and t.digest = m.digest"
           " left join image_scan s on s.manifest_id = m.id where s.stamp is null or s.stamp <> $1"
           " order by t.tagged_at desc, m.id desc limit $2",
           {stamp, limit}))) {
    found.push_back({row.integer(0), row.integer(1), row.text(2), row.text(3), row.text(4)});
  }
  return found;
}

Result<void> put_scan(Tx& tx, std::int64_t manifest, std::string_view stamp, const ScanCounts& counts,
                      const ScanContent& content, Microseconds took) {
  // The image may have been deleted while it was looked at.
  if (!TRY(tx.maybe("select 1 from image_manifest where id = $1", {manifest}))) return {};
  TRY(tx.exec("delete from image_scan where manifest_id = $1", {manifest}));
  TRY(
      tx.exec("insert into image_scan(manifest_id, stamp, state, packages, blocker, critical, major, gaps, content, "
              "took_us, scanned_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
              {manifest, stamp, enum_text(counts.state), counts.packages, counts.blocker, counts.critical, counts.major,
               counts.gaps, to_json(content), took.count(), counts.scanned_at}));
  return {};
}

Result<std::optional<ScanCounts>> scan_counts(Tx& tx, std::int64_t manifest) {
  const auto row = TRY(tx.maybe(
      "select state, packages, blocker, critical, major, gaps, scanned_at from image_scan where manifest_id = $1",
      {manifest}));
  if (!row) return std::optional<ScanCounts>();
  return std::optional(ScanCounts{enum_from<ScanState>(row->text(0)).value_or(ScanState::unknown), row->integer(1),
                                  row->integer(2), row->integer(3), row->integer(4), row->integer(5), row->time(6)});
}

Result<ScanContent> scan_content(Tx& tx, std::int64_t manifest) {
  const auto row = TRY(tx.maybe("select content from image_scan where manifest_id = $1", {manifest}));
  if (!row) return ScanContent();
  return from_json<ScanContent>(row->text(0));
}

Result<std::optional<scan::Layer>> find_layer(Tx& tx, std::string_view sha256) {
  const auto row = TRY(tx.maybe("select content from image_layer where sha256 = $1 and format = $2",
                                {sha256, std::int64_t{scan::kLayerFormat}}));
  if (!row) return std::optional<scan::Layer>();
  return std::optional(TRY(from_json<scan::Layer>(row->text(0))));
}

Result<void> put_layer(Tx& tx, std::string_view sha256, const scan::Layer& layer) {
  if (!TRY(has_blob(tx, sha256))) return {};  // deleted meanwhile
  TRY(tx.exec("delete from image_layer where sha256 = $1", {sha256}));
  TRY(tx.exec("insert into image_layer(sha256, format, content) values ($1, $2, $3)",
              {sha256, std::int64_t{scan::kLayerFormat}, to_json(layer)}));
  return {};
}

}  // namespace sampan::registry::store
