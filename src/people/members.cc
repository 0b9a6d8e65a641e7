#include "people/members.h"

#include <map>

#include "base/enum_text.h"
#include "people/sign_in.h"

namespace sampan::people {
namespace {

// Membership is kept on the narrowest thing the target names.
store::Target narrowest(const AccessTarget& target) {
  if (target.repo) return {"repo", target.repo.value};
  if (target.environment) return {"environment", target.environment.value};
  return {"group", target.group.value};
}

}  // namespace

Members::Members(Db& db, Clock& clock) : db_(db), clock_(clock), roles_(clock, kRemembered, 50'000) {}

std::size_t Members::KeyHash::operator()(const Key& key) const {
  std::size_t hash = 0;
  for (auto part : {key.user, key.group, key.repo, key.environment})
    hash = hash * 1'000'003 + static_cast<std::size_t>(part);
  return hash;
}

Result<Role> Members::role_of(const Actor& actor, const AccessTarget& target, Role floor) {
  switch (actor.kind) {
    case Actor::Kind::nobody:
    case Actor::Kind::runner: return Role::none;
    case Actor::Kind::system: return Role::admin;
    case Actor::Kind::job:
      // The token's scopes narrow this further: it reads code, and pushes only images.
      return target.repo && target.repo == actor.only_repo ? Role::developer : Role::none;
    case Actor::Kind::user: break;
  }
  if (actor.site_admin) return Role::admin;
  const Key key{actor.user.value, target.group.value, target.repo.value, target.environment.value};
  if (auto known = roles_.get(key)) return std::max(*known, floor);
  const auto generation = roles_.generation();
  const Role role = TRY(db_.read([&](Tx& tx) { return store::role_on(tx, actor.user, target); }));
  if (!db_.in_transaction()) roles_.put(generation, key, role);
  return std::max(role, floor);
}

Result<void> Members::set(const Actor& by, const AccessTarget& target, std::string_view login, Role role,
                          std::string_view target_name) {
  const auto at = narrowest(target);
  if (TRY(role_of(by, target, Role::none)) != Role::admin)
    return fail(Errc::denied, "only an admin of this {} may change its members", at.kind);
  const std::string name = target_name.empty() ? fmt::format("{} {}", at.kind, at.id) : std::string(target_name);
  return db_.write([&](Tx& tx) -> Result<void> {
    auto user = TRY(store::user_by_login(tx, login));
    if (!user) return fail(Errc::not_found, "there is no user '{}'", login);
    if (role != Role::none) {
      TRY(store::put_member(tx, at, user->user.id, role));
    } else if (!TRY(store::delete_member(tx, at, user->user.id))) {
      return fail(Errc::not_found,
                  "'{}' has no role of its own on this {}; a role inherited from a group is changed there", login,
                  at.kind);
    }
    tx.after_commit([this] { roles_.forget(); });
    const auto detail =
        role == Role::none ? fmt::format("{} removed", login) : fmt::format("{} is {}", login, enum_text(role));
    return store::insert_audit(tx, clock_.now(), by, {"member.set", std::string(at.kind), name, detail});
  });
}

Result<std::vector<Member>> Members::list(const AccessTarget& target, std::string_view group_name) {
  const auto at = narrowest(target);
  return db_.read([&](Tx& tx) -> Result<std::vector<Member>> {
    std::map<std::string, Member> highest;
    for (auto& row : TRY(store::members_of(tx, at))) highest[row.login] = {row.login, row.name, row.role, std::nullopt};
    if (target.repo && target.group) {
      for (auto& row : TRY(store::members_of(tx, {"group", target.group.value}))) {
        auto& entry = highest[row.login];
        if (row.role > entry.role) entry = {row.login, row.name, row.role, fmt::format("group {}", group_name)};
      }
    }
    std::vector<Member> members;
    for (auto& [login, member] : highest) members.push_back(std::move(member));
    return members;
  });
}

Result<void> Members::forget(Tx& tx, const AccessTarget& target) {
  tx.after_commit([this] { roles_.forget(); });
  return store::delete_members(tx, narrowest(target));
}

Result<void> Members::forget_repo(RepoId repo) {
  return db_.write([&](Tx& tx) -> Result<void> {
    TRY(forget(tx, {.group = {}, .repo = repo, .environment = {}}));
    return store::revoke_tokens_of(tx, repo, clock_.now());
  });
}

}  // namespace sampan::people
