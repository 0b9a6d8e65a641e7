// `sampan run --local`: the pipeline file on the working tree, here, with the same engine and the same runner.
#pragma once

#include <string>
#include <vector>

namespace sampan::app {

struct LocalRun {
  std::string file, job;
  std::vector<std::string> variables;  // KEY=VALUE
  std::string advisories;              // for `sampan scan` in a step; the file need not exist
};
int run_local(const LocalRun& asked);

}  // namespace sampan::app
