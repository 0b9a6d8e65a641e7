// The test cases of p3c-pmd itself, which are not part of this repository: read where they lie.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sampan::scan::p3c::testing {

struct UpstreamCase {
  std::string rule, sentence, code;
  int expected = 0;
  std::vector<int> lines;  // empty: upstream gives none
  bool is_template = false;
};

// The folder SAMPAN_P3C_CASES names, or ../shared/data/p3c beside the source folder or one above; nullopt: none of
// them.
std::optional<std::string> upstream_folder();
// The cases of one file in PMD's rule-test form. Fails the running test where the file is not of that form.
std::vector<UpstreamCase> read_upstream(const std::string& file);

}  // namespace sampan::scan::p3c::testing
