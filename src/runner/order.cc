#include "runner/order.h"

#include "base/json_struct.h"

namespace sampan::runner {

Result<Order> parse_order(std::string_view json) { return from_json<Order>(json).context("job order"); }

}  // namespace sampan::runner
