// What a scan made, as bytes between two processes of one program.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scan/scan.h"

namespace sampan::scan {

std::string packed(const Scanned& scanned);
std::optional<Scanned> unpacked(std::string_view bytes);  // nullopt: these are no such bytes

}  // namespace sampan::scan
