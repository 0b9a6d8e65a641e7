// The OpenAPI 3.1 document, made from the route tables: what is served is what is documented.
#pragma once

#include <string>
#include <vector>

#include "model/route.h"

namespace sampan::web {

std::string openapi_document(const std::vector<Route>& routes, std::string_view version);

}  // namespace sampan::web
