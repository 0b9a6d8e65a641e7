// The worker's own side: what a process does that Worker (worker.h) has started.
#pragma once

#include <functional>
#include <string>

#include "scan/activity.h"
#include "scan/scan.h"

namespace sampan::scan {

// Leaves what a worker must not keep of who started it: handlers, a core for each crash, a life after its parent's.
void come_apart();

// The scanner for a task's rules as wire.h packs them; nullptr: there is none, and then the worker ends.
using ScannerOf = std::function<Scanner*(const std::string& rules)>;
// Scans task after task until the socket ends. `folder` is where files without bytes are read.
void serve(int socket, const std::string& folder, Activity* activity, const ScannerOf& scanner_of);

}  // namespace sampan::scan
