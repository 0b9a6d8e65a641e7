// Applications: what runs, deploy, roll back, scale.
#include "cli/commands.h"

namespace sampan::cli {

namespace json = boost::json;

namespace {

std::string path_of(const AppName& name) {
  return fmt::format("/api/v1/environments/{}/applications/{}", percent_encode(name.environment),
                     percent_encode(name.application));
}

}  // namespace

Result<AppName> parse_app_name(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size())
    return fail(Errc::invalid, "'{}': expected ENVIRONMENT/APPLICATION, such as production/order-service", text);
  return AppName{text.substr(0, slash), text.substr(slash + 1)};
}

Verb apps(Api& api, const Show& show) {
  const auto answer = TRY(api.get("/api/v1/applications"));
  if (show.json) return show.raw(answer), kDone;
  std::vector<std::vector<std::string>> rows = {{"APPLICATION", "STATE", "RELEASE", "INSTANCES", "REQ/S", "ADDRESS"}};
  for (const auto& app : items_of(answer)) {
    std::int64_t ready = 0;
    for (const auto& instance : items_of(app, "instances")) ready += text_of(instance, "state") == "ready";
    rows.push_back({text_of(app, "environment") + "/" + text_of(app, "name"), text_of(app, "state"),
                    fmt::format("r{}", number_of(member_of(app, "release"), "number")),
                    fmt::format("{}/{}", ready, number_of(app, "wanted")),
                    fmt::format("{:.1f}", real_of(member_of(app, "metrics"), "requests_per_second")),
                    text_of(app, "url")});
  }
  show.world.out(table(rows));
  return kDone;
}

Verb app_show(Api& api, const Show& show, const AppName& name) {
  const auto app = TRY(api.get(path_of(name)));
  if (show.json) return show.raw(app), kDone;
  show.line(
      fmt::format("{}/{}  {}  {}", name.environment, name.application, text_of(app, "state"), text_of(app, "url")));
  std::vector<std::vector<std::string>> rows = {{"INSTANCE", "STATE", "RELEASE", "ADDRESS"}};
  for (const auto* list : {"instances", "warm"}) {
    for (const auto& instance : items_of(app, list))
      rows.push_back({text_of(instance, "name"), text_of(instance, "state"), "r" + text_of(instance, "release"),
                      text_of(instance, "address")});
  }
  show.world.out(table(rows));
  rows = {{"RELEASE", "COMMIT", "IMAGE", "AT"}};
  for (const auto& release : items_of(app, "releases"))
    rows.push_back({"r" + text_of(release, "number"), text_of(release, "commit").substr(0, 8),
                    text_of(release, "digest").substr(0, 19), text_of(release, "created_at")});
  show.world.out(table(rows));
  return kDone;
}

Verb app_act(Api& api, const Show& show, const AppName& name, std::string_view act, const json::object& body,
             bool wait) {
  const auto answer = TRY(api.post(fmt::format("{}/{}", path_of(name), act), body));
  const auto deployment = number_of(answer, "id");
  if (wait && deployment > 0 && (act == "deploy" || act == "rollback")) return deployment_wait(api, show, deployment);
  if (show.json) return show.raw(answer), kDone;
  show.line(fmt::format("{} {}/{}: accepted", act, name.environment, name.application));
  return kDone;
}

Verb deployment_wait(Api& api, const Show& show, std::int64_t deployment) {
  const auto path = fmt::format("/api/v1/deployments/{}", deployment);
  Json answer = TRY(api.get(path));
  std::string shown;
  const auto tell = [&] {
    const auto now = text_of(answer, "phase");
    if (now != shown && !show.json) show.line(fmt::format("  {} {}", shown = now, text_of(answer, "reason")));
  };
  tell();
  while (text_of(answer, "state") == "running") {
    std::optional<Error> broken;
    TRY(api.follow("/api/v1/stream", {{"topics", fmt::format("deployment:{}", deployment)}},
                   [&](std::string_view, std::string_view) {
                     auto next = api.get(path);
                     if (!next.has_value()) {
                       broken = next.error();
                       return false;
                     }
                     answer = std::move(*next);
                     tell();
                     return text_of(answer, "state") == "running";
                   }));
    if (broken) return *broken;
  }
  if (show.json)
    show.raw(answer);
  else
    show.line(fmt::format("{}: {} requests, {} failed, {:.1f} s{}", text_of(answer, "state"),
                          number_of(answer, "requests"), number_of(answer, "failed"), real_of(answer, "duration_s"),
                          text_of(answer, "reason").empty() ? "" : ": " + text_of(answer, "reason")));
  return text_of(answer, "state") == "succeeded" ? kDone : kFailed;
}

}  // namespace sampan::cli
