// login, repositories, people, secrets.
#include <unistd.h>

#include "base/crypto.h"
#include "base/text.h"
#include "cli/commands.h"

namespace sampan::cli {

namespace json = boost::json;

void Show::raw(const Json& answer) const { world.out(format_json(answer) + "\n"); }
void Show::line(std::string_view text) const { world.out(std::string(text) + "\n"); }

Result<int> login(World& world, std::string url, std::string user, bool token_from_stdin) {
  while (url.ends_with('/')) url.pop_back();
  if (!url.starts_with("http://") && !url.starts_with("https://")) url = "http://" + url;
  Login login{url, {}};
  if (token_from_stdin) {
    login.token = trim(world.ask("", true));
  } else {
    if (user.empty()) user = world.ask("Login: ", false);
    const auto password = world.ask("Password: ", true);
    char host[256] = "unknown";
    ::gethostname(host, sizeof host - 1);
    OutboundRequest request{.method = Method::post, .url = url + "/api/v1/me/tokens"};
    request.headers = {{"Authorization", "Basic " + base64(user + ":" + password)},
                       {"Content-Type", "application/json"}};
    request.body = format_json(json::object{
        {"name", fmt::format("command line on {}", host)},
        {"scopes", json::array{"api_read", "api_write", "repo_read", "repo_write", "image_read", "image_write"}}});
    const auto response = TRY(world.http.send(request));
    if (response.status >= 300) return error_of(response);
    login.token = text_of(TRY(parse_json(response.body)), "token");
  }
  Api api(world, login);
  const auto me = TRY(api.get("/api/v1/me"));
  TRY(write_login(world, login));
  world.out(fmt::format("signed in to {} as {}\n", url, text_of(me, "login")));
  return kDone;
}

Verb repo_list(Api& api, const Show& show) {
  const auto answer = TRY(api.get("/api/v1/repos", {{"limit", "200"}}));
  if (show.json) return show.raw(answer), kDone;
  std::vector<std::vector<std::string>> rows = {{"REPOSITORY", "BRANCH", "ROLE", "CLONE"}};
  for (const auto& repo : items_of(answer))
    rows.push_back(
        {text_of(repo, "path"), text_of(repo, "default_branch"), text_of(repo, "my_role"), text_of(repo, "clone_url")});
  show.world.out(table(rows));
  return kDone;
}

Verb repo_create(Api& api, const Show& show, const std::string& path, const std::string& from_template) {
  const auto parts = split(path, '/');
  if (parts.size() != 2) return fail(Errc::invalid, "'{}': expected GROUP/NAME", path);
  json::object body{{"group", parts[0]}, {"name", parts[1]}};
  if (!from_template.empty()) body["template"] = from_template;
  const auto repo = TRY(api.post("/api/v1/repos", body));
  if (show.json) return show.raw(repo), kDone;
  show.line(fmt::format("created {}\n  git clone {}", text_of(repo, "path"), text_of(repo, "clone_url")));
  return kDone;
}

Verb group_create(Api& api, const Show& show, const std::string& name) {
  const auto group = TRY(api.post("/api/v1/groups", {{"name", name}}));
  if (show.json) return show.raw(group), kDone;
  show.line(fmt::format("created group {}", name));
  return kDone;
}

Verb secret_list(Api& api, const Show& show) {
  const auto answer = TRY(api.get("/api/v1/variable-groups"));
  if (show.json) return show.raw(answer), kDone;
  std::vector<std::vector<std::string>> rows = {{"GROUP", "KEY", "VALUE", "VERSION"}};
  for (const auto& group : items_of(answer)) {
    for (const auto& variable : items_of(group, "variables")) {
      const bool secret = member_of(variable, "secret").is_bool() && member_of(variable, "secret").as_bool();
      rows.push_back({text_of(group, "name"), text_of(variable, "key"),
                      secret ? "(secret)" : text_of(variable, "value"), text_of(variable, "version")});
    }
  }
  show.world.out(table(rows));
  return kDone;
}

Verb secret_change(Api& api, const Show& show, const SecretChange& change) {
  const auto path =
      fmt::format("/api/v1/variable-groups/{}/variables/{}", percent_encode(change.group), percent_encode(change.key));
  const auto answer =
      change.remove ? TRY(api.del(path)) : TRY(api.put(path, {{"value", change.value}, {"secret", change.secret}}));
  if (show.json) return show.raw(answer), kDone;
  show.line(fmt::format("{} {} in {}", change.remove ? "removed" : "set", change.key, change.group));
  return kDone;
}

Verb user_list(Api& api, const Show& show) {
  const auto answer = TRY(api.get("/api/v1/users", {{"limit", "200"}}));
  if (show.json) return show.raw(answer), kDone;
  std::vector<std::vector<std::string>> rows = {{"LOGIN", "NAME", "MAIL"}};
  for (const auto& user : items_of(answer))
    rows.push_back({text_of(user, "login"), text_of(user, "name"), text_of(user, "email")});
  show.world.out(table(rows));
  return kDone;
}

Verb user_create(Api& api, const Show& show, const NewUser& user) {
  const auto answer = TRY(api.post("/api/v1/users", {{"login", user.login},
                                                     {"name", user.name.empty() ? user.login : user.name},
                                                     {"email", user.email},
                                                     {"site_admin", user.site_admin}}));
  if (show.json) return show.raw(answer), kDone;
  show.line(fmt::format("created {} with the password {} (to be changed at the first sign-in)", user.login,
                        text_of(answer, "initial_password")));
  return kDone;
}

Verb member_set(Api& api, const Show& show, const std::string& target, const std::string& login,
                const std::string& role) {
  std::string base;
  if (target.starts_with("environment:")) {
    base = "/api/v1/environments/" + percent_encode(target.substr(12));
  } else if (const auto slash = target.find('/'); slash != std::string::npos) {
    base = fmt::format("/api/v1/repos/{}/{}", percent_encode(target.substr(0, slash)),
                       percent_encode(target.substr(slash + 1)));
  } else {
    base = "/api/v1/groups/" + percent_encode(target);
  }
  const auto path = base + "/members/" + percent_encode(login);
  const auto answer = role == "none" ? TRY(api.del(path)) : TRY(api.put(path, {{"role", role}}));
  if (show.json) return show.raw(answer), kDone;
  show.line(fmt::format("{} is {} on {}", login, role, target));
  return kDone;
}

}  // namespace sampan::cli
