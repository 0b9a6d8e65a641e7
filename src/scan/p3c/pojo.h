// Data classes, as p3c knows them: by the end of their name.
#pragma once

#include <vector>

#include "scan/p3c/rule.h"

namespace sampan::scan::p3c {

bool is_pojo(java::Node type);  // a class or interface whose name ends with DO, DTO, VO or BO
// The fields of all data classes of a file that are neither public nor static.
std::vector<java::Node> pojo_fields(const Source& source);

}  // namespace sampan::scan::p3c
