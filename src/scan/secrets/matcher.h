// The second pass: one expression, exact bounds, in time linear in the text whatever the expression (RE2).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scan/secrets/first_pass.h"

namespace re2 {
class RE2;
}

namespace sampan::scan::secrets {

class Matcher {
 public:
  // invalid: no expression that is safe to run; the sentence says why.
  static Result<Matcher> compile(const std::string& expression);
  Matcher(Matcher&&) noexcept;
  Matcher& operator=(Matcher&&) noexcept;
  ~Matcher();
  // The next secret that lies in the region: the last group that took part, or the whole match; nullopt: no more.
  // The rest of the region is where to go on.
  std::optional<Region> next(std::string_view text, Region& region) const;

 private:
  explicit Matcher(std::unique_ptr<re2::RE2> expression);
  std::unique_ptr<re2::RE2> expression_;
};

// Of a person's own pattern: what Matcher::compile() asks, and at most kMostSteps of work a byte.
Result<Matcher> compile_own(const std::string& expression);

}  // namespace sampan::scan::secrets
