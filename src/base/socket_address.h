// Where a socket of the machine stands.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "base/result.h"

namespace sampan {

// invalid: the path does not fit into an address.
inline Result<sockaddr_un> socket_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(Errc::invalid, "the socket path {} is longer than the {} bytes a socket's name may have", path,
                sizeof address.sun_path - 1);
  path.copy(address.sun_path, path.size());
  return address;
}

}  // namespace sampan
