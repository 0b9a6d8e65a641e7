// The types of expressions, as far as one file tells: variables, literals, arithmetic, casts, and the methods of the
// JDK that rules meet.
#pragma once

#include <string>
#include <string_view>

#include "scan/java/names.h"

namespace sampan::scan::java {

// The simple name ("int", "Integer", "String", "Map"), with "[]" behind it for an array; empty when it is not known.
std::string type_of(const Names& names, Node expression);
bool is_wrapper(std::string_view type);      // Integer, Boolean ...
std::string unboxed(std::string_view type);  // "int" of "Integer"; other types as they are

}  // namespace sampan::scan::java
