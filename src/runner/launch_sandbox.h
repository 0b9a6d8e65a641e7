// The sandbox a step runs in: own user, mount, pid, ipc, uts, cgroup and (on request) network namespaces. Private to
// sampan-launch. Man pages: namespaces(7), user_namespaces(7), mount_setattr(2), pivot_root(2).
#pragma once

#include <string>
#include <vector>

namespace sampan::launch {

struct Place {
  enum class Kind { read_only, writable, tmpfs, folder, symlink };
  Kind kind = Kind::folder;
  std::string source;  // of a bind: a file or folder of the machine; of a symlink: its text
  std::string target;  // absolute, in the sandbox; made when absent
};

struct Sandbox {
  std::vector<Place> places;  // in order; later ones may lie inside earlier ones
  bool network = true;
  bool builds_images = false;  // the sandbox's root is a user of ours who may mount: for building images
  // Of root's sandboxes (anybody else's user stands for themselves): who the sandbox's user is on the machine. A step
  // sees itself as 1000; in an image build it is 0, and `host_range`... are 1 to 65535.
  unsigned host_user = 65534, host_range = 0;
  std::string directory = "/";  // where the command starts
  std::vector<char*> command;   // ends with a null pointer
};

// Runs the command to its end and returns its wait status. Never returns an error: it says what is wrong on stderr and
// gives the status of an exit with 125. Whatever the command left running is dead when this returns.
int run_sandboxed(const Sandbox& sandbox);

}  // namespace sampan::launch
