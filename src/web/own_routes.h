// The routes that belong to no room: live news, home, search, status, the API's own description.
#pragma once

#include <functional>
#include <vector>

#include "web/web.h"

namespace sampan::web {

// Asks another route on behalf of the same actor: the way a page that needs several rooms asks them.
using Ask = std::function<Result<Json>(std::string_view path, std::vector<std::pair<std::string, std::string>> query,
                                       const Actor&)>;

// `others` are the routes of all rooms: answers joined from theirs take their schemas.
std::vector<Route> own_routes(const Rooms& rooms, const Config& config, const std::vector<Route>& others, Ask ask,
                              std::function<std::string()> openapi);

}  // namespace sampan::web
