// Where a request body goes while it comes in, for the kinds that are complete before the handler runs: a string or,
// when it is large and of the kind that is spooled, a file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/crypto.h"
#include "base/files.h"
#include "base/http.h"
#include "base/result.h"

namespace sampan::edge {

inline constexpr std::string_view kSpoolPrefix = "upload-";

// "1048576 bytes (1 MiB)", for sentences about limits.
std::string size_text(std::uint64_t bytes);
Error over_limit(std::uint64_t limit);

class BodySink {
 public:
  BodySink() = default;
  BodySink(BodyKind kind, std::uint64_t limit, const std::string& spool_folder);
  // too_large: over the limit. unavailable: the disk is full or the spool folder cannot be written. Constant memory for
  // spooled bodies; blocks for the time of a write into the page cache.
  Result<void> write(std::string_view bytes);
  void finish(Request& into);  // body or spooled; the sink is empty then

 private:
  Result<void> open_file();

  std::uint64_t limit_ = 0;
  std::string folder_;
  std::string text_;
  std::unique_ptr<Sha256> digest_;  // of a spooled body
  Fd file_;
  std::shared_ptr<SpooledFile> spooled_;  // removes the file when it goes; none while the body is small
  std::uint64_t size_ = 0;
};

}  // namespace sampan::edge
