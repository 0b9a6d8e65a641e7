// `sampan run --local`: the pipeline file on the working tree, here, with the same engine and the same runner.
#pragma once

#include <string>
#include <vector>

namespace sampan::app {

int run_local(const std::string& file, const std::string& job, const std::vector<std::string>& variables);

}  // namespace sampan::app
