// The parts of an image that say which packages it holds. Private to the room.
#pragma once

#include <string_view>

namespace sampan::scan::packages {

bool is_os_release(std::string_view path);
bool is_dpkg_list(std::string_view path);
bool is_apk_list(std::string_view path);

}  // namespace sampan::scan::packages
