// Several SARIF files as one: all their runs, one after the other. What is in a run is the server's to read.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace sampan::runner {

class SarifJoin {
 public:
  Result<void> add(std::string_view file);           // invalid: no SARIF 2.1.0
  Result<std::string> text(std::size_t most) const;  // too_large: over `most` bytes

 private:
  std::string runs_;
};

}  // namespace sampan::runner
