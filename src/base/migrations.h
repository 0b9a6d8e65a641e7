// The list of migrations compiled in from migrations/*.sql, in order.
#pragma once

#include <vector>

#include "base/db.h"

namespace sampan {
std::vector<Migration> migrations();
}
