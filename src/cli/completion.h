// Completion for bash, made from the parser itself: it never knows less than the program.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sampan::cli {

// A script to be sourced: completes subcommands and options at each place.
std::string bash_completion(const CLI::App& app);

}  // namespace sampan::cli
