// Finds the route of a method and path. Built once, then read by many threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/route.h"

namespace sampan::web {

struct Match {
  const Route* route = nullptr;
  std::vector<std::pair<std::string, std::string>> params;  // decoded
};

class Router {
 public:
  // A pattern that stands twice with one method is a fault of ours: assert.
  explicit Router(std::vector<Route> routes);

  // nullopt: no pattern fits the path with that method. A literal segment wins over ":name", that over "*name".
  std::optional<Match> find(Method method, std::string_view path) const;
  // The methods that would fit the path (for 405 and OPTIONS).
  std::vector<Method> methods_of(std::string_view path) const;
  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Pattern {
    std::vector<std::string> segments;
    std::size_t star = std::string::npos;  // index of the "*name" segment
    std::size_t route = 0;
    int weight = 0;  // literal segments count most
  };
  std::optional<Match> match(const Pattern& pattern, const std::vector<std::string_view>& segments) const;

  std::vector<Route> routes_;
  std::unordered_map<std::string, std::vector<Pattern>>
      by_first_;  // key: first literal segment, or "" when it is a parameter
};

}  // namespace sampan::web
