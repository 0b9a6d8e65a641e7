// Asks an address whether it is well: HTTP GET (2xx and 3xx are good) or a TCP connection.
#pragma once

#include <string>

#include "deliver/target.h"

namespace sampan::deliver {

struct ProbeTarget {
  std::string host;
  int port = 0;
  Probe probe;
};
ProbeAnswer probe_address(const ProbeTarget& target, const Clock& clock);

// The last lines of a log file of the engine's (see probe_text.h), texts only.
Result<std::string> tail_of_log(const std::string& file, int lines);

}  // namespace sampan::deliver
