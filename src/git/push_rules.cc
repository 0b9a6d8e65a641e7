#include "git/push_rules.h"

#include "base/text.h"
#include "git/names.h"

namespace sampan::git {
namespace {

constexpr std::string_view kBranches = "refs/heads/", kTags = "refs/tags/";

Result<void> check_default_branch(const events::RefUpdate& update, const PushFacts& facts) {
  if (update.new_sha.is_zero()) {
    return fail(Errc::denied, "'{}' is the default branch and cannot be deleted; make another branch the default first",
                facts.default_branch);
  }
  if (update.old_sha.is_zero() || facts.role == Role::admin) return {};
  if (TRY(facts.is_forced(update))) {
    return fail(Errc::denied,
                "the push would rewrite the history of '{}', the default branch; only an admin of {} may. Run 'git "
                "pull --rebase' and push again",
                facts.default_branch, facts.repo_path);
  }
  return {};
}

}  // namespace

Result<void> check_updates(const std::vector<events::RefUpdate>& updates, const std::vector<std::string>& options,
                           const PushFacts& facts) {
  if (facts.role < Role::developer) {
    return fail(Errc::denied, "pushing to {} takes the role developer; ask one of its admins", facts.repo_path);
  }
  if (updates.size() > kMostUpdates)
    return fail(Errc::too_large, "the push has {} refs, over the limit of {}; push them in parts", updates.size(),
                kMostUpdates);
  if (options.size() > kMostOptions)
    return fail(Errc::too_large, "the push has {} push options, over the limit of {}", options.size(), kMostOptions);
  for (const auto& option : options) {
    if (option.size() > kLongestOption)
      return fail(Errc::too_large, "a push option has {} bytes, over the limit of {}", option.size(), kLongestOption);
    if (!is_valid_utf8(option)) return fail(Errc::invalid, "a push option is not valid UTF-8");
  }
  for (const auto& update : updates) {
    TRY(check_ref(update.ref));
    if (!update.ref.starts_with(kBranches) && !update.ref.starts_with(kTags)) {
      return fail(Errc::denied, "'{}' is neither a branch (refs/heads/...) nor a tag (refs/tags/...)", update.ref);
    }
    if (update.ref == std::string(kBranches) + facts.default_branch) TRY(check_default_branch(update, facts));
    if (update.ref == "refs/heads/HEAD") return fail(Errc::invalid, "the branch name 'HEAD' is taken by git itself");
  }
  return {};
}

std::set<std::string> decide_moved(PushId push, const std::vector<store::PastUpdate>& past,
                                   const std::map<std::string, Sha>& current) {
  std::map<std::string, Sha> at = current;
  std::set<std::string> moved;
  for (const auto& [id, update] : past) {
    auto found = at.find(update.ref);
    const Sha now = found == at.end() ? Sha::zero() : found->second;
    if (now != update.new_sha) continue;
    if (id == push) moved.insert(update.ref);
    at[update.ref] = update.old_sha;
  }
  return moved;
}

std::optional<std::string> choose_default_branch(const std::vector<events::RefUpdate>& moved) {
  std::optional<std::string> first;
  bool master = false;
  for (const auto& update : moved) {
    if (!update.ref.starts_with(kBranches) || update.new_sha.is_zero()) continue;
    const auto name = update.ref.substr(kBranches.size());
    if (name == "main") return name;
    master = master || name == "master";
    if (!first) first = name;
  }
  return master ? "master" : first;
}

}  // namespace sampan::git
