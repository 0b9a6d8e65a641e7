// The file of advisories as runners elsewhere fetch it: by its sum, so that each import is fetched once. What is in it
// is not this room's business. Private to the room.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "base/files.h"
#include "base/sync.h"

namespace sampan::pipeline {

class Advisories {
 public:
  explicit Advisories(std::string file) : file_(std::move(file)) {}
  // SHA-256 of the file as it is now; empty: there is none. The file is read only when it is another than before.
  Result<std::string> sum();
  struct Opened {
    Fd file;
    std::uint64_t size = 0;
  };
  Result<Opened> open(const std::string& sum);  // not_found: the sum is not that of the file (any more)

 private:
  // An import puts another file in the old one's place, so these tell them apart.
  using Identity = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t, std::int64_t>;
  struct Known {
    Identity identity{};
    std::string sum;
  };
  struct Looked {
    Opened opened;
    std::string sum;
  };
  Result<Looked> look();  // not_found: there is no file

  const std::string file_;
  Sync<Known> known_;
};

}  // namespace sampan::pipeline
