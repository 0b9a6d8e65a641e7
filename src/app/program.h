// The program as a function of its arguments.
#pragma once

namespace sampan::app {

int run_program(int argc, char** argv);

}  // namespace sampan::app
