// The rules' own cases: rules/NAME.cases beside rules/NAME.cc, compiled in. They are the tests of the rules and the
// examples of the reference. Form of a file: a first line `rule RULE`, then cases; a case is a line
//   --- SENTENCE: none            or the lines where findings begin, `--- SENTENCE: 2, 5` (one number a finding)
// followed by its code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sampan::scan::p3c {

struct Case {
  std::string rule, sentence;
  std::vector<int> lines;  // in order, one a finding
  std::string code;
};
Result<std::vector<Case>> parse_cases(std::string_view text, std::string_view file);
// All of them, in the order of the files' names. Defined in a file the build writes (tools/embed_cases.cmake).
struct CaseFile {
  std::string name, text;
};
const std::vector<CaseFile>& case_files();

}  // namespace sampan::scan::p3c
