// ${NAME} in the texts of an action, replaced from the step's environment just before it.
#pragma once

#include <map>
#include <string>

#include "runner/order.h"

namespace sampan::runner {

// "$$" stands for "$". An unknown name is invalid and names the nearest known one.
Result<std::string> substitute(std::string_view text, const std::map<std::string, std::string>& values);
// In every text of the action but the script, which the shell expands.
Result<void> substitute(Action& action, const std::map<std::string, std::string>& values);

}  // namespace sampan::runner
