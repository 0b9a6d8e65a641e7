// Archives of artifacts and caches: nothing lands outside of the folder, and limits hold.
#include "base/archive.h"

#include <zstd.h>

#include <filesystem>

#include "base/files.h"
#include "fuzz.h"

using namespace sampan;

static std::string compressed(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1));
  return out;
}

FUZZ(input) {
  static const TempDir root = TempDir::create("/dev/shm", "fuzz-archive").value();
  auto bytes = fuzz::provider(input);
  const bool as_it_is = bytes.ConsumeIntegral<std::uint8_t>() == 'z';
  const std::string content = bytes.ConsumeRemainingBytesAsString();
  const std::string archive = root.path() + "/archive", folder = root.path() + "/in/side";
  PROMISE(write_file_durably(archive, as_it_is ? content : compressed(content)).has_value());
  const auto size = unpack(archive, folder, {.bytes = 1 << 20, .entries = 50});
  if (size.has_value()) PROMISE(size->bytes <= 1 << 20 && size->entries <= 50);
  for (const auto* place : {"", "/in"}) {
    for (const auto& entry : std::filesystem::directory_iterator(root.path() + place)) {
      const auto name = entry.path().filename();
      PROMISE(name == "archive" || name == "in" || name == "side");
    }
  }
  PROMISE(remove_tree(root.path() + "/in").has_value());
}
