// Where control goes, by the rules of the language (JLS 14.22, without constant folding beyond `true`).
#pragma once

#include <vector>

#include "scan/java/syntax.h"

namespace sampan::scan::java {

// May control reach the place behind these statements? A break counts as leaving, whatever it leaves.
bool completes(const std::vector<Node>& statements);

}  // namespace sampan::scan::java
