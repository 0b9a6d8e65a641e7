// The verbs behind the command line, each a story: ask the API, show the answer. The parser in cli.cc fills their
// arguments.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/api.h"

namespace sampan::cli {

// How answers are shown: `--json` prints what the API said, else text for people.
struct Show {
  World& world;
  bool json = false;
  void raw(const Json& answer) const;
  void line(std::string_view text) const;
};
using Verb = Result<int>;

Result<int> login(World& world, std::string url, std::string user, bool token_from_stdin);

// repo
Verb repo_list(Api& api, const Show& show);
Verb repo_create(Api& api, const Show& show, const std::string& path, const std::string& from_template);
Verb group_create(Api& api, const Show& show, const std::string& name);
// run
Verb run_list(Api& api, const Show& show, const std::string& repo);
Verb run_start(Api& api, const Show& show, const std::string& repo, const std::string& pipeline, const std::string& ref,
               const std::vector<std::string>& variables, bool wait);
Verb run_show(Api& api, const Show& show, std::int64_t run);
Verb run_wait(Api& api, const Show& show, std::int64_t run);
Verb run_act(Api& api, const Show& show, std::int64_t run, const std::string& act);  // cancel, retry
Verb run_logs(Api& api, const Show& show, std::int64_t run, const std::string& job, bool follow);
struct Verdict {
  std::int64_t run = 0;
  std::string job, comment, release_at;
  bool refuse = false;
};
Verb approve(Api& api, const Show& show, const Verdict& verdict);
// apps
struct AppName {
  std::string environment, application;
};
Result<AppName> parse_app_name(const std::string& text);  // "production/order-service"
Verb apps(Api& api, const Show& show);
Verb app_show(Api& api, const Show& show, const AppName& name);
Verb app_act(Api& api, const Show& show, const AppName& name, std::string_view act, const boost::json::object& body,
             bool wait);
Verb deployment_wait(Api& api, const Show& show, std::int64_t deployment);
// secret, user
struct SecretChange {
  std::string group, key, value;
  bool secret = true, remove = false;
};
Verb secret_list(Api& api, const Show& show);
Verb secret_change(Api& api, const Show& show, const SecretChange& change);
struct NewUser {
  std::string login, name, email;
  bool site_admin = false;
};
Verb user_list(Api& api, const Show& show);
Verb user_create(Api& api, const Show& show, const NewUser& user);
Verb member_set(Api& api, const Show& show, const std::string& target, const std::string& login,
                const std::string& role);

struct ScanRequest {
  std::string folder = ".", format = "text";
  std::string range{};  // "A..B"; empty: not asked
  int threads = 2;
  bool chinese = false, progress = false, staged = false, history = false, fix = false;
  std::vector<std::string> engines{}, exclude{};  // empty: all; patterns beside the file's
  std::vector<std::string> imports{};             // SARIF files of other tools
  std::string metrics{}, junit{};                 // files to write beside; empty: none. metrics: "p3c.critical 2"
  std::string advisories{}, maven{};              // empty: the world's
};
// kFailed: more findings than .sampan/scan.yaml allows (without it: any blocker or critical one); kIncomplete: not
// that, but something could not be checked.
Result<int> scan_code(World& world, const ScanRequest& request);
// kIncomplete: something was malformed, and the rest is in place.
Result<int> advisories_import(World& world, const std::vector<std::string>& paths, const std::string& file);
Result<int> advisories_show(World& world, const std::string& file);
// kIncomplete: the bill has gaps, which are on the error output.
Result<int> bill_of_materials(World& world, const std::string& folder, const std::string& format,
                              const std::string& maven);

}  // namespace sampan::cli
