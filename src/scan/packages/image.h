// The parts of an image that say which packages it holds. Private to the room.
#pragma once

#include <string>
#include <string_view>

#include "scan/packages.h"

namespace sampan::scan::packages {

inline constexpr std::size_t kMostJar = 512 << 20;

bool is_os_release(std::string_view path);
bool is_dpkg_list(std::string_view path);
bool is_apk_list(std::string_view path);
bool is_jar(std::string_view name);
// A jar says what it is in META-INF/maven/GROUP/ARTIFACT/pom.properties; a fat jar has several, and jars inside.
Result<void> read_jar(const std::string& file, std::string_view bytes, Inventory& inventory);

}  // namespace sampan::scan::packages
