// What an application sets for itself, on its way through programs that run as root.
#pragma once

#include <string_view>

namespace sampan::deliver {

// Whether the engine, or a program it starts as root (conmon, runc, iptables, the loader), would heed a variable of
// that name.
bool steers_programs(std::string_view name);

// Values that the engines' readers of environment files agree about.
bool is_plain(std::string_view value);

}  // namespace sampan::deliver
