#include "git/hook_call.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "git/hook_protocol.h"

namespace sampan::git {
namespace {

Result<events::RefUpdate> parse_update(std::string_view line) {
  auto old_sha = Sha::parse(line.substr(0, 40));
  auto new_sha = line.size() > 82 ? Sha::parse(line.substr(41, 40)) : std::nullopt;
  if (!old_sha || !new_sha || line[40] != ' ' || line[81] != ' ')
    return fail(Errc::invalid, "the hook sent a malformed update");
  return events::RefUpdate{std::string(line.substr(82)), *old_sha, *new_sha};
}

Result<std::pair<std::string, std::string>> parse_variable(std::string_view line, std::string_view repo_folder) {
  const auto equals = line.find('=');
  const auto name = line.substr(0, equals);
  const auto value = equals == std::string_view::npos ? std::string_view() : line.substr(equals + 1);
  const bool known = std::any_of(std::begin(kQuarantineVariables), std::end(kQuarantineVariables),
                                 [&](std::string_view one) { return one == name; });
  if (!known) return fail(Errc::invalid, "the hook sent a variable that is none of the quarantine's");
  for (const auto& path : split(value, ':')) {
    if (!path.starts_with(std::string(repo_folder) + "/") || path.find("/../") != std::string::npos ||
        path.ends_with("/..")) {
      return fail(Errc::invalid, "the hook named a folder outside the repository");
    }
  }
  return std::pair(std::string(name), std::string(value));
}

}  // namespace

Result<HookCall> parse_hook_call(std::string_view body, std::string_view repo_folder) {
  HookCall call;
  if (body.find('\0') != std::string_view::npos) return fail(Errc::invalid, "the hook sent a NUL");
  while (!body.empty()) {
    const auto end = body.find('\n');
    const auto line = body.substr(0, end);
    body = end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
    if (line.starts_with("update ")) {
      call.updates.push_back(TRY(parse_update(line.substr(7))));
    } else if (line.starts_with("option ")) {
      call.options.emplace_back(line.substr(7));
    } else if (line.starts_with("env ")) {
      call.environment.push_back(TRY(parse_variable(line.substr(4), repo_folder)));
    } else {
      return fail(Errc::invalid, "the hook sent a line that is none of update, option and env");
    }
  }
  return call;
}

}  // namespace sampan::git
