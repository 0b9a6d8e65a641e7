// The p3c engine: one file in, findings out. Its rules are data (rules/rules.h); each runs alone, with a budget of work
// and behind a catch, so that one that goes wrong is named and the others still speak.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scan/finding.h"
#include "scan/java/tree.h"
#include "scan/p3c/rule.h"
#include "scan/settings.h"

namespace sampan::scan::p3c {

struct Outcome {
  std::vector<Finding> findings;  // in order of their place
  std::vector<Gap> gaps;
  int suppressed = 0;  // findings the code itself answers for
};

bool reads(std::string_view path);  // .java and .vm

class Engine {  // one per thread
 public:
  explicit Engine(const Settings& settings, std::span<const Rule* const> rules);  // both must outlive it
  Outcome check(const std::string& path, std::string_view text);                  // UTF-8

 private:
  const Settings& settings_;
  std::span<const Rule* const> rules_;
  std::vector<std::string> names_;
  java::Parser parser_;
};

}  // namespace sampan::scan::p3c
