// Who listens on a TCP port of this machine, for sentences about ports that are taken.
#pragma once

#include <string>

namespace sampan::deliver {

// "nginx (process 812)"; "a process that cannot be named" when it is not ours to look at; empty: nobody listens.
std::string listener_of(int port);

}  // namespace sampan::deliver
