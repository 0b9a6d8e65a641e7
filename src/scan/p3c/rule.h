// The seam for a rule: data and one function. A new rule is a file in rules/ with its cases beside it and a line in
// rules/rules.h and rules.cc.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "scan/finding.h"
#include "scan/java/names.h"
#include "scan/java/syntax.h"
#include "scan/java/tree.h"

namespace sampan::scan::p3c {

struct Sentence {  // constant text in both languages
  std::string_view zh, en;
};

// What a rule reads.
struct Source {
  std::string_view path;
  const java::Tree& tree;
  const java::Names& names;
};

// What a rule has found: places in the text and sentences, made findings later.
struct Change {
  java::Span span;   // goes
  std::string text;  // comes
};
struct Hit {
  java::Span span;
  Text message;
  std::vector<Change> fix{};  // in order; only where it is sure to change nothing that the rule does not ask for
};

class Report {
 public:
  template <class... Args>
  Hit& add(java::Span span, fmt::format_string<const Args&...> zh, fmt::format_string<const Args&...> en,
           const Args&... args) {
    return hits_.emplace_back(Hit{span, {fmt::format(zh, args...), fmt::format(en, args...)}});
  }
  template <class... Args>
  Hit& add(java::Node node, fmt::format_string<const Args&...> zh, fmt::format_string<const Args&...> en,
           const Args&... args) {
    return add(java::Span{node.start(), node.end()}, zh, en, args...);
  }
  const std::vector<Hit>& hits() const { return hits_; }

 private:
  std::vector<Hit> hits_;
};

// The part of a type's declaration that findings point at: from its head to its name.
inline java::Span heading(java::Node declaration) {
  return {java::head(declaration).start(), declaration.child(java::Field::name).end()};
}

struct Rule {
  std::string_view name;  // p3c's own
  Severity severity;
  Sentence summary;                                                         // what the rule asks for
  Sentence remedy;                                                          // what to do about a finding
  Sentence fix{};                                                           // what `--fix` does; empty: nothing
  void (*check)(const Source& source, Report& report) = nullptr;            // Java; or
  void (*check_template)(std::string_view text, Report& report) = nullptr;  // a Velocity template
};

}  // namespace sampan::scan::p3c
