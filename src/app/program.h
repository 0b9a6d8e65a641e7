// The program as a function of its arguments.
#pragma once

#include <string_view>

namespace sampan::app {

// The command that the server starts for itself (scan/crew.h); people are not told of it.
inline constexpr std::string_view kScanWorker = "scan-worker";

int run_program(int argc, char** argv);

}  // namespace sampan::app
