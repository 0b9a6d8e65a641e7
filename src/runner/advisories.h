// The server's advisories on this machine, for `sampan scan` in a step: fetched once for each import.
#pragma once

#include <functional>
#include <mutex>
#include <string>

#include "base/result.h"

namespace sampan::runner {

class Advisories {
 public:
  explicit Advisories(std::string file) : file_(std::move(file)) {}
  // Has the file be the one of this SHA-256, by fetching it into the place it is given unless it is there already. The
  // old one is replaced whole, or stays: of steps that run, those begun before see it to their end. Thread-safe: others
  // wait for the one that fetches. invalid: what came has another sum.
  Result<void> renew(const std::string& sum, const std::function<Result<void>(const std::string& place)>& fetch);

 private:
  const std::string file_;
  std::mutex mutex_;
  std::string sum_;  // of the file; empty: not looked yet, or there is none
};

}  // namespace sampan::runner
