#include "registry/byte_range.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace sampan::registry;

namespace {

std::string shown(std::string_view header, std::uint64_t size) {
  const auto part = part_of(header, size);
  if (part.kind == BlobPart::Kind::outside) return "outside";
  return fmt::format("{} {}+{}", part.kind == BlobPart::Kind::whole ? "whole" : "part", part.offset, part.size);
}

}  // namespace

TEST_CASE("registry: a range names bytes from, to, or the last of a blob") {
  CHECK(shown("bytes=0-0", 10) == "part 0+1");
  CHECK(shown("bytes=2-5", 10) == "part 2+4");
  CHECK(shown("bytes=2-", 10) == "part 2+8");
  CHECK(shown("bytes=2-99", 10) == "part 2+8");
  CHECK(shown("bytes=-3", 10) == "part 7+3");
  CHECK(shown("bytes=-99", 10) == "part 0+10");
}

TEST_CASE("registry: a range outside of the blob is not satisfiable") {
  CHECK(shown("bytes=10-", 10) == "outside");
  CHECK(shown("bytes=10-12", 10) == "outside");
  CHECK(shown("bytes=-0", 10) == "outside");
  CHECK(shown("bytes=0-", 0) == "outside");
  CHECK(shown("bytes=-1", 0) == "outside");
}

TEST_CASE("registry: no range, several ranges, another unit and nonsense mean the whole blob") {
  for (const auto* header : {"", "bytes", "bytes=", "bytes=-", "bytes=x-5", "bytes=5-x", "bytes=5-2", "bytes=1-2,4-5",
                             "lines=1-2", "bytes=--5", "bytes=+1-2", "bytes=99999999999999999999-"}) {
    CHECK_MESSAGE(shown(header, 10) == "whole 0+10", header);
  }
}
