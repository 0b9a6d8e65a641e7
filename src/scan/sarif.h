// Results of other tools, read from SARIF 2.1.0 (OASIS, sarif-v2.1.0-os). docs/formats/sarif.md says how its words
// become findings. What cannot be read, or speaks of no file of the code, is a gap: nothing is passed over in silence.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scan/scan.h"

namespace sampan::scan {

inline constexpr std::size_t kMostSarifBytes = 16 << 20;
inline constexpr std::size_t kMostSarifResults = 25'000;  // of one tool in a file
inline constexpr std::size_t kMostSarifTools = 20;        // in a file
inline constexpr std::size_t kMostSarifText = 64 << 20;   // bytes of all findings of a file: rules lend them theirs
inline constexpr std::size_t kMostSarifGaps = 20;         // of one tool told one by one; the others as a number
inline constexpr std::size_t kLongestTool = 64;

// The name that results of `sampan scan` itself bear.
inline constexpr std::string_view kOwnTool = "Sampan";

// Where a file of results comes from.
struct SarifSource {
  std::string name;    // of the file, in sentences
  std::string root{};  // the absolute path of the code where the tool looked at it; empty: not known
  using Take = std::function<void(const std::string& path, const std::string& text)>;
  // Calls back with the text of those of the paths that there are: a finding is known again by its line. Absent: by
  // what the tool quotes, or by its message.
  std::function<Result<void>(const std::set<std::string>& paths, const Take& take)> read{};
};

struct ToolResults {
  std::string tool;  // every finding's engine; of our own tool the findings keep their engines
  Scanned scanned;
};

// One entry a tool, though it has several runs or no result; in the order of the file. invalid: not SARIF 2.1.0, too
// large, nested too deep, or of more than kMostSarifTools.
Result<std::vector<ToolResults>> read_sarif(std::string_view text, const SarifSource& source);

// 1 to kLongestTool bytes of text without control characters, and no space at either end.
bool is_tool_name(std::string_view name);

}  // namespace sampan::scan
