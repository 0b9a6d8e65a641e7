// What database_main.cc wrote when Sampan was built.
#pragma once

#include <string_view>

namespace sampan::scan::secrets {

std::string_view built_database();  // as hs_serialize_database() gives it; empty where there is none

}  // namespace sampan::scan::secrets
