// Calls that add to a collection or take from it.
#pragma once

#include <string_view>
#include <vector>

#include "scan/java/syntax.h"

namespace sampan::scan::p3c {

bool is_change(java::Node call, std::string_view collection);  // COLLECTION.add, remove or clear
// The statements of the declaration's own block, behind it, that change the collection.
std::vector<java::Node> later_changes(java::Node declarator, std::string_view collection);

}  // namespace sampan::scan::p3c
