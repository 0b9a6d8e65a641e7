// Comments beside declarations and expressions, in the order of the text.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "scan/p3c/rule.h"

namespace sampan::scan::p3c {

// The last comment between each of these declarations' heads and the head of the one before (or the file's start); the
// last Javadoc where there is one. A declaration without any is not in the map. Keyed by the index of the declaration's
// node.
std::unordered_map<std::uint32_t, const java::Comment*> comments_before(const java::Tree& tree,
                                                                        std::vector<java::Node> declarations);
std::span<const java::Comment> comments_between(const java::Tree& tree, std::uint32_t from, std::uint32_t to);
// Classes, interfaces, records, enums, fields, methods and constructors, in order.
std::vector<java::Node> declarations_of(const java::Tree& tree);
// Whole expressions: arguments, initial values, conditions, right sides, returned values; not their parts, and not the
// expression of a statement itself. In order of their start.
std::vector<java::Node> whole_expressions(const java::Tree& tree);
void sort_by_place(std::vector<java::Node>& nodes);  // by the start of their heads

}  // namespace sampan::scan::p3c
