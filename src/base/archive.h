// Files in one archive (tar, zstd), for artifacts and caches; and reading what others packed, which stays in memory.
// All of it may come from strangers: packing follows no symlink, unpacking writes nothing outside its folder.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sampan {

struct ArchiveLimits {
  std::uint64_t bytes = 8ull << 30;  // of content, unpacked
  std::uint64_t entries = 500'000;
};
struct ArchiveSize {
  std::uint64_t bytes = 0, entries = 0;
  std::uint64_t left_out = 0;  // by pack()
};

// Packs `paths`, files and whole folders relative to `folder`, into the file `target` (replaced). "." packs everything.
// A path that is not there is not_found, one that leaves the folder (absolute, "..", through a symlink) is invalid.
// Sockets, devices, pipes and links that point outside are left out: what was packed can be unpacked. Owners are not
// kept; permissions and whole-second times are. Over a limit: too_large, and no file is left.
Result<ArchiveSize> pack(const std::string& folder, const std::vector<std::string>& paths, const std::string& target,
                         const ArchiveLimits& limits = {});

// Unpacks into `folder` (made when absent), over what is there. An entry that would land, or a link that would point,
// outside of it, and anything that is not a file, folder or link, is invalid: what was unpacked before it stays. Over a
// limit: too_large. Set-id bits are dropped.
Result<ArchiveSize> unpack(const std::string& archive, const std::string& folder, const ArchiveLimits& limits = {});

inline constexpr std::size_t kFirstBytes = 16;
// What read_archive() may do: of the files it wants, each at most `file_bytes`, together at most `limits.bytes`.
struct ArchiveReading {
  ArchiveLimits limits{};
  std::uint64_t file_bytes = 64 << 20;
  std::uint64_t all_bytes = ~std::uint64_t{0};           // of all entries as they say it, also those nobody wants
  std::function<bool(const std::string& name)> wants{};  // unset: every file
  // Set: whether a wanted file is taken, by its first kFirstBytes, or all it has.
  std::function<bool(const std::string& name, std::string_view first)> looks{};
  // A failure ends the reading and becomes its result.
  std::function<Result<void>(const std::string& name, std::string bytes)> take{};
  // Set: it is told of each hard link, which is not taken as a file then; `target` is another name in the archive.
  std::function<void(const std::string& name, const std::string& target)> hard_link{};
  std::stop_token stop{};  // asked: the reading ends as unavailable
};
// The files of a zip or tar archive (zstd, gzip or plain), in its order; nothing is written anywhere. A file whose name
// leaves the archive's folder is invalid, over a limit is too_large: what was taken before stays taken.
Result<ArchiveSize> read_archive(const std::string& file, const ArchiveReading& reading);
Result<ArchiveSize> read_archive_bytes(std::string_view archive, const ArchiveReading& reading);

// Whether a relative path, taken as text, stays inside the folder it is relative to: not empty, not absolute, no ".."
// part, no NUL.
bool stays_inside(std::string_view path);

}  // namespace sampan
