// What git's hook sends for a push: its commands, options and the quarantine's folders.
#include "base/text.h"
#include "fuzz.h"
#include "git/hook_call.h"
#include "git/names.h"
#include "git/push_rules.h"

using namespace sampan;

FUZZ(input) {
  const auto call = git::parse_hook_call(input, "/data/repos/1.git");
  if (!call.has_value()) return PROMISE(!call.error().message.empty());
  for (const auto& [name, value] : call->environment) {
    for (const auto& folder : split(value, ':')) {
      PROMISE(folder.starts_with("/data/repos/1.git/"));
      for (const auto& part : split(folder, '/')) PROMISE(part != "..");
    }
  }
  git::PushFacts facts{
      .role = Role::developer, .repo_path = "company/shop", .default_branch = "master", .is_forced = {}};
  facts.is_forced = [](const events::RefUpdate&) -> Result<bool> { return true; };
  if (!git::check_updates(call->updates, call->options, facts).has_value()) return;
  for (const auto& update : call->updates) {
    PROMISE(git::check_ref(update.ref).has_value());
    PROMISE(update.ref != "refs/heads/master" || (update.old_sha.is_zero() && !update.new_sha.is_zero()));
  }
}
