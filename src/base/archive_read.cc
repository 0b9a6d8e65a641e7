// Reading archives that others packed, in memory.
#include <archive.h>
#include <archive_entry.h>

#include "base/archive.h"
#include "base/text.h"

namespace sampan {

namespace {

constexpr std::size_t kBlock = 256 << 10;

struct FreeReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, FreeReader>;

std::string_view reason_of(archive* from) {
  const char* message = archive_error_string(from);
  return message ? message : "the archive library gives no reason";
}

Reader open_reader() {
  Reader reader(archive_read_new());
  archive_read_support_format_zip(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_filter_zstd(reader.get());
  return reader;
}

// What the entry holds, not what it says it holds; nullopt: its first bytes are not those that are looked for.
Result<std::optional<std::string>> content(archive* from, const std::string& name, const ArchiveReading& reading,
                                           ArchiveSize& size) {
  std::string bytes, first;
  bool looked = !reading.looks;
  const auto before = size.bytes;
  for (;;) {
    const void* block = nullptr;
    std::size_t length = 0;
    la_int64_t offset = 0;
    const int code = archive_read_data_block(from, &block, &length, &offset);
    const bool at_end = code == ARCHIVE_EOF;
    if (code < ARCHIVE_WARN) return fail(Errc::invalid, "the archive is damaged at '{}': {}", name, reason_of(from));
    if (!looked) {
      if (!at_end) first.append(static_cast<const char*>(block), std::min(length, kFirstBytes - first.size()));
      looked = at_end || first.size() == kFirstBytes;
      if (looked && !reading.looks(name, first)) {
        size.bytes = before;
        return std::optional<std::string>();
      }
    }
    if (at_end) return std::optional(std::move(bytes));
    const auto end = static_cast<std::uint64_t>(offset) + length;
    if (end > reading.file_bytes) return fail(Errc::too_large, "'{}' is over {} bytes", name, reading.file_bytes);
    size.bytes += length;
    if (size.bytes > reading.limits.bytes)
      return fail(Errc::too_large, "more than {} bytes in the archive", reading.limits.bytes);
    bytes.resize(std::max<std::size_t>(bytes.size(), static_cast<std::size_t>(end)));
    std::copy_n(static_cast<const char*>(block), length, bytes.begin() + offset);
  }
}

Result<ArchiveSize> read_all(archive* from, const ArchiveReading& reading) {
  ArchiveSize size;
  std::uint64_t said = 0;
  for (;;) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(from, &entry);
    if (code == ARCHIVE_EOF) return size;
    if (code < ARCHIVE_WARN) return fail(Errc::invalid, "it is not a whole archive: {}", reason_of(from));
    if (++size.entries > reading.limits.entries)
      return fail(Errc::too_large, "more than {} entries in the archive", reading.limits.entries);
    if (reading.stop.stop_requested()) return fail(Errc::unavailable, "stopped");
    said += static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
    if (said > reading.all_bytes) return fail(Errc::too_large, "more than {} bytes in the archive", reading.all_bytes);
    const char* target = reading.hard_link ? archive_entry_hardlink(entry) : nullptr;
    if (archive_entry_filetype(entry) != AE_IFREG && !target) continue;
    const char* raw_name = archive_entry_pathname(entry);
    const std::string name = to_valid_utf8(raw_name ? raw_name : "");
    if (!stays_inside(name)) return fail(Errc::invalid, "the archive's entry '{}' leaves the folder", name);
    if (target) {
      reading.hard_link(name, to_valid_utf8(target));
      continue;
    }
    if (reading.wants && !reading.wants(name)) continue;
    if (auto bytes = TRY(content(from, name, reading, size))) TRY(reading.take(name, std::move(*bytes)));
  }
}

}  // namespace

Result<ArchiveSize> read_archive(const std::string& file, const ArchiveReading& reading) {
  const Reader from = open_reader();
  if (archive_read_open_filename(from.get(), file.c_str(), kBlock) != ARCHIVE_OK)
    return fail(Errc::invalid, "{}: {}", file, reason_of(from.get()));
  return read_all(from.get(), reading).context(file);
}

Result<ArchiveSize> read_archive_bytes(std::string_view archive, const ArchiveReading& reading) {
  const Reader from = open_reader();
  if (archive_read_open_memory(from.get(), archive.data(), archive.size()) != ARCHIVE_OK)
    return fail(Errc::invalid, "{}", reason_of(from.get()));
  return read_all(from.get(), reading);
}

}  // namespace sampan
