// Which findings the author of a file has answered for, in the file itself:
//   // sampan:ignore RULE reason      in a comment of any kind, on the line of the finding, or alone on the line above;
//   without a reason it counts not
//   // NOPMD                          on the finding's line, as PMD reads it
//   @SuppressWarnings("PMD.RULE")     also "PMD" and "all", on a declaration around the finding, as PMD reads it
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/finding.h"
#include "scan/java/tree.h"

namespace sampan::scan {

// A `sampan:ignore` as it stands in a line of any file.
struct Request {
  std::string rule, reason;
};
std::optional<Request> find_request(std::string_view line);
bool stands_alone(std::string_view line);  // nothing but marks of a comment is before the request
// Why it is not honoured; nullopt: it is. `names` are the rules there are.
std::optional<Gap> refuse(const Request& request, int line, const std::vector<std::string>& names);

class Suppressions {
 public:
  // `known` says whether a rule of that name exists, and `names` are offered for a slip.
  Suppressions(const java::Tree& tree, const std::vector<std::string>& names);
  Suppressions(std::string_view template_text, const std::vector<std::string>& names);
  // The finding begins at this byte, on this line.
  bool covers(std::string_view rule, std::uint32_t offset, int line) const;
  // Requests that are not honoured, and why; their paths are empty.
  const std::vector<Gap>& refused() const { return refused_; }

 private:
  struct Part {
    java::Span span;
    std::string rule;
  };
  void read_request(std::string_view comment, int line, int next_line, const std::vector<std::string>& names);
  void read_annotation(java::Node annotation);

  std::multimap<int, std::string> lines_;  // a line and a rule; an empty name means every rule
  std::vector<Part> parts_;
  std::vector<Gap> refused_;
};

}  // namespace sampan::scan
