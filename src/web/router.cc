#include "web/router.h"

#include <cassert>

#include "base/text.h"

namespace sampan::web {

namespace {

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    if (path.front() == '/') path.remove_prefix(1);
    const auto end = path.find('/');
    const auto segment = path.substr(0, end);
    if (!segment.empty()) segments.push_back(segment);
    path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  }
  return segments;
}

// A parameter may be followed by a literal ending: ":repo.git".
std::pair<std::string_view, std::string_view> name_and_suffix(std::string_view segment) {
  segment.remove_prefix(1);
  const auto dot = segment.find('.');
  return {segment.substr(0, dot), dot == std::string_view::npos ? std::string_view() : segment.substr(dot)};
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    Pattern pattern;
    pattern.route = i;
    for (const auto segment : segments_of(routes_[i].pattern)) {
      if (segment.front() == '*') pattern.star = pattern.segments.size();
      const bool literal = segment.front() != ':' && segment.front() != '*';
      pattern.weight +=
          literal ? 100 : (segment.front() == ':' ? 10 + (segment.find('.') != std::string_view::npos) : 0);
      pattern.segments.emplace_back(segment);
    }
    const bool literal_first =
        !pattern.segments.empty() && pattern.segments[0][0] != ':' && pattern.segments[0][0] != '*';
    auto& list = by_first_[literal_first ? pattern.segments[0] : std::string()];
    const auto same = [&](const Pattern& other) {
      return other.segments == pattern.segments && routes_[other.route].method == routes_[i].method;
    };
    assert(std::none_of(list.begin(), list.end(), same) && "a route stands twice");
    (void)same;
    list.insert(
        std::find_if(list.begin(), list.end(), [&](const Pattern& other) { return other.weight < pattern.weight; }),
        pattern);
  }
}

std::optional<Match> Router::match(const Pattern& pattern, const std::vector<std::string_view>& segments) const {
  const bool star = pattern.star != std::string::npos;
  if (star ? segments.size() < pattern.segments.size() : segments.size() != pattern.segments.size())
    return std::nullopt;
  const std::size_t extra = segments.size() - pattern.segments.size();
  Match found{&routes_[pattern.route], {}};
  for (std::size_t i = 0, at = 0; i < pattern.segments.size(); ++i, ++at) {
    const std::string& wanted = pattern.segments[i];
    if (i == pattern.star) {
      std::string rest(segments[at]);
      for (std::size_t k = 0; k < extra; ++k) rest.append("/").append(segments[++at]);
      found.params.emplace_back(wanted.substr(1), std::move(rest));
    } else if (wanted[0] == ':') {
      const auto [name, suffix] = name_and_suffix(wanted);
      if (segments[at].size() <= suffix.size() || !segments[at].ends_with(suffix)) return std::nullopt;
      found.params.emplace_back(name, segments[at].substr(0, segments[at].size() - suffix.size()));
    } else if (segments[at] != wanted) {
      return std::nullopt;
    }
  }
  return found;
}

std::optional<Match> Router::find(Method method, std::string_view path) const {
  const auto segments = segments_of(path);
  for (const auto& key : {segments.empty() ? std::string() : std::string(segments[0]), std::string()}) {
    const auto list = by_first_.find(key);
    if (list == by_first_.end()) continue;
    for (const auto& pattern : list->second) {
      if (routes_[pattern.route].method != method) continue;
      if (auto found = match(pattern, segments)) return found;
    }
  }
  return std::nullopt;
}

std::vector<Method> Router::methods_of(std::string_view path) const {
  std::vector<Method> methods;
  for (const auto method : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::del}) {
    if (find(method, path)) methods.push_back(method);
  }
  return methods;
}

}  // namespace sampan::web
