// The first pass: all rules' expressions at once over the bytes of a file, by Hyperscan. It says where to look closer.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scan/secrets/rule.h"

struct hs_database;
struct hs_scratch;

namespace sampan::scan::secrets {

struct Region {
  std::size_t start = 0, end = 0;
};

// Compiled once, shared by all threads.
class Database {
 public:
  // Of all_rules(): made when Sampan was built; compiled anew (half a second) on a machine of another kind.
  static Result<std::shared_ptr<const Database>> built_in();
  static Result<std::shared_ptr<const Database>> compile(std::span<const Rule* const> rules);
  explicit Database(hs_database* made) : made_(made) {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();
  const hs_database* get() const { return made_; }
  Result<std::string> serialized() const;

 private:
  hs_database* made_;
};

class FirstPass {  // one per thread: it owns the scratch space
 public:
  static Result<FirstPass> create(std::shared_ptr<const Database> database, std::span<const Rule* const> rules);
  FirstPass(FirstPass&&) noexcept = default;
  // The rules that may have something in this text, in their order; where, says regions().
  const std::vector<std::uint32_t>& look(std::string_view text);
  const std::vector<Region>& regions(std::uint32_t rule) const { return regions_[rule]; }

 private:
  FirstPass() = default;
  struct Free {
    void operator()(hs_scratch* scratch) const;
  };
  static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void* context);

  std::shared_ptr<const Database> database_;
  std::unique_ptr<hs_scratch, Free> scratch_;
  std::vector<std::size_t> ahead_;  // bytes behind a hit that its rule may need
  std::vector<std::vector<Region>> regions_;
  std::vector<std::uint32_t> touched_;
  std::size_t size_ = 0;
};

}  // namespace sampan::scan::secrets
