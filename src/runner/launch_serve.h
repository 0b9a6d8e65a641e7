// The helper that starts commands for a runner: it is there already, so a step costs a fork and not the start of a
// program. Private to sampan-launch.
#pragma once

namespace sampan::launch {

// Answers requests on the socket, standard input, until the other end is gone. Each is launch(argc, argv) in a process
// that is a child of our own parent.
int serve(int (*launch)(int argc, char** argv));

}  // namespace sampan::launch
