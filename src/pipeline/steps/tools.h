// Shell text that several kinds of steps share: choosing a tool of a version, or saying clearly that it is not there.
#pragma once

#include <string>
#include <string_view>

namespace sampan::pipeline {

// Puts the JDK of `version` ("17", "1.8" or "8") first in PATH and into JAVA_HOME; empty version: whatever is there.
std::string use_jdk(std::string_view version);
// Ends the step with a sentence unless `tool` answers `version` (a prefix: "18" fits 18.19.0) to `ask`; empty version:
// any.
struct ToolNeed {
  std::string_view tool, ask, version, hint;
};
std::string need_tool(const ToolNeed& need);

}  // namespace sampan::pipeline
