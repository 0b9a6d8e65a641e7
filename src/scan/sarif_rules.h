// What a SARIF run says of its rules, and the words of its results.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "scan/finding.h"

namespace sampan::scan {

class SarifRules {
 public:
  explicit SarifRules(const boost::json::object& run);  // which must outlive it

  // The rule of a result; nullptr: the run does not describe it.
  const boost::json::object* rule_of(const boost::json::object& result) const;
  // Its name, which a result may leave to its rule; empty: neither has one.
  static std::string name_of(const boost::json::object& result, const boost::json::object* rule);
  // With its arguments put in; empty: there is none. Our own tool's stands as it is.
  std::string message_of(const boost::json::object& result, const boost::json::object* rule) const;

 private:
  void add(const boost::json::object* component);
  std::string_view message_string(std::string_view id, const boost::json::object* rule) const;

  const boost::json::object* tool_;
  std::map<std::string, const boost::json::object*, std::less<>> by_id_;
};

// nullopt: the level is none that SARIF knows. `security-severity` goes before the level, as GitHub has it.
std::optional<Severity> severity_of(const boost::json::object& result, const boost::json::object* rule);
Text remedy_of(const boost::json::object* rule);

// Valid UTF-8 without control characters but for line ends, at most `most` bytes.
std::string clean(std::string_view text, std::size_t most);

}  // namespace sampan::scan
