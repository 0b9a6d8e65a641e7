// The engine for secrets: one file in, findings out. Hyperscan looks through the whole file once; where it stops, RE2
// finds the exact bounds, and the rule says whether it is one. What it says never holds the secret whole.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scan/finding.h"
#include "scan/secrets/first_pass.h"
#include "scan/secrets/rule.h"
#include "scan/settings.h"

namespace sampan::scan::secrets {

struct Outcome {
  std::vector<Finding> findings;  // in order of their place
  std::vector<Gap> gaps;
  int suppressed = 0;  // findings the code itself answers for
};

class Engine {  // one per thread
 public:
  // The settings must outlive it. unavailable: this machine cannot do it.
  static Result<Engine> create(const Settings& settings);
  static Result<Engine> create(const Settings& settings, std::span<const Rule* const> rules);
  Engine(Engine&&) noexcept;
  ~Engine();
  Outcome check(const std::string& path, std::string_view text);  // UTF-8

 private:
  struct State;
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sampan::scan::secrets
