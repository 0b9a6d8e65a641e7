// The routes that belong to no room: live news, home, search, status, the API's own description.
#pragma once

#include <functional>
#include <vector>

#include "web/web.h"

namespace sampan::web {

// Asks another route on behalf of the same actor: the way a page that needs several rooms asks them.
using Ask = std::function<Result<Json>(std::string_view path, std::vector<std::pair<std::string, std::string>> query, const Actor&)>;

std::vector<Route> own_routes(const Rooms& rooms, const Config& config, Ask ask, std::function<std::string()> openapi);

}  // namespace sampan::web
