// Go's versions. Private to the room.
#pragma once

#include <string>

namespace sampan::scan::packages {

// Of the language, as advisories have it: "1.21rc2" is "1.21.0-rc.2".
std::string go_language_version(const std::string& text);

}  // namespace sampan::scan::packages
