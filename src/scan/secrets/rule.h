// The seam for a kind of secret: data. A new one is an entry in the file of its group (*_rules.cc), whose lists
// rules.cc joins; its `shape` gives it examples and a test without a secret in the source.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "scan/finding.h"

namespace sampan::scan::secrets {

struct Sentence {  // constant text in both languages
  std::string_view zh, en;
};
extern const Sentence kRevoke, kNewPassword, kNewKey;

enum class Where {
  anywhere,
  config,    // properties, YAML, environment, ini and the like, where a value needs no quotes
  npm,       // .npmrc, .yarnrc, .yarnrc.yml
  maven,     // settings.xml, pom.xml
  gradle,    // gradle.properties, *.gradle, *.gradle.kts
  docker,    // config.json, .dockercfg
  password,  // .netrc, .pgpass
};

enum class Trust {
  form,   // the form speaks for itself; only plain examples are let go
  value,  // the form is weak: what reads like a placeholder, a name or a reference is let go as well
};

struct Rule {
  std::string_view name;
  Sentence what;             // a noun
  std::string_view words;    // a regular expression of what must stand before the value, in any case; may be empty
  std::string_view pattern;  // of the value; in what RE2 and Hyperscan share; its group, if there is one, is the secret
  std::string_view shape;    // an example as samples.h makes them; [[ ]] stand around the secret where it is not all
  Severity severity = Severity::blocker;
  double entropy = 0;  // the least number of bits per character
  Trust trust = Trust::form;
  Where where = Where::anywhere;
  const Sentence* remedy = &kRevoke;
  bool (*well_formed)(std::string_view secret) = nullptr;  // false: no such secret
  bool (*checksum)(std::string_view secret) = nullptr;     // false: most likely invented, so it weighs least
  std::string_view look{};                                 // of the first pass, where `pattern` would be too dear there

  constexpr Rule weighs(Severity own) const;
  constexpr Rule at_least(double bits) const;
  constexpr Rule in(Where own) const;
  constexpr Rule formed(bool (*test)(std::string_view)) const;
  constexpr Rule summed(bool (*test)(std::string_view)) const;
  constexpr Rule weak() const;  // Trust::value
  constexpr Rule mended(const Sentence& own) const;
  constexpr Rule first(std::string_view own) const;
};

// A form that stands alone.
constexpr Rule token(std::string_view name, Sentence what, std::string_view pattern, std::string_view shape) {
  return {name, what, "", pattern, shape};
}
// A value of a common form, which the words before it tell.
constexpr Rule near(std::string_view name, Sentence what, std::string_view words, std::string_view pattern,
                    std::string_view shape) {
  return {name, what, words, pattern, shape, Severity::critical, 3, Trust::value};
}

// The whole expression. Bytes, not characters: no flag of it depends on an encoding.
std::string expression(const Rule& rule);
std::string first_expression(const Rule& rule);

std::span<const Rule* const> all_rules();  // the sure before the unsure: of two that overlap, the first holds

constexpr Rule Rule::weighs(Severity own) const {
  Rule rule = *this;
  return rule.severity = own, rule;
}
constexpr Rule Rule::at_least(double bits) const {
  Rule rule = *this;
  return rule.entropy = bits, rule;
}
constexpr Rule Rule::in(Where own) const {
  Rule rule = *this;
  return rule.where = own, rule;
}
constexpr Rule Rule::formed(bool (*test)(std::string_view)) const {
  Rule rule = *this;
  return rule.well_formed = test, rule;
}
constexpr Rule Rule::summed(bool (*test)(std::string_view)) const {
  Rule rule = *this;
  return rule.checksum = test, rule;
}
constexpr Rule Rule::weak() const {
  Rule rule = *this;
  return rule.trust = Trust::value, rule;
}
constexpr Rule Rule::mended(const Sentence& own) const {
  Rule rule = *this;
  return rule.remedy = &own, rule;
}
constexpr Rule Rule::first(std::string_view own) const {
  Rule rule = *this;
  return rule.look = own, rule;
}

}  // namespace sampan::scan::secrets
