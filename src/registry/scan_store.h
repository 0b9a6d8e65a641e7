// All SQL of images' scans.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db.h"
#include "scan/image.h"

namespace sampan::registry::store {

enum class ScanState { passed, failed, unknown };  // unknown: something could not be read or looked up
BOOST_DESCRIBE_ENUM(ScanState, passed, failed, unknown)

struct ScanCounts {
  ScanState state = ScanState::unknown;
  std::int64_t packages = 0, blocker = 0, critical = 0, major = 0, gaps = 0;
  Time scanned_at{};
};
BOOST_DESCRIBE_STRUCT(ScanCounts, (), (state, packages, blocker, critical, major, gaps, scanned_at))
struct ScanContent {
  std::vector<scan::Finding> findings;
  std::vector<scan::Gap> gaps;
};
BOOST_DESCRIBE_STRUCT(ScanContent, (), (findings, gaps))
struct DueImage {
  std::int64_t repository = 0, manifest = 0;
  std::string digest, media_type, body;
};

// Images that a tag names and that were not looked up under this stamp, the newest tag first.
Result<std::vector<DueImage>> due_images(Tx& tx, std::string_view stamp, std::int64_t limit);
Result<void> put_scan(Tx& tx, std::int64_t manifest, std::string_view stamp, const ScanCounts& counts,
                      const ScanContent& content, Microseconds took);
Result<std::optional<ScanCounts>> scan_counts(Tx& tx, std::int64_t manifest);
Result<ScanContent> scan_content(Tx& tx, std::int64_t manifest);

// What the layer said when it was read; nullopt: it was not, or by an earlier reader.
Result<std::optional<scan::Layer>> find_layer(Tx& tx, std::string_view sha256);
Result<void> put_layer(Tx& tx, std::string_view sha256, const scan::Layer& layer);

}  // namespace sampan::registry::store
