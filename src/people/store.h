// All SQL of people. Functions take the transaction; absence is nullopt where it is ordinary.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/db.h"
#include "people/people.h"

namespace sampan::people::store {

struct UserRow {
  User user;
  std::string password_hash;
};
Result<std::optional<UserRow>> user_by_login(Tx& tx, std::string_view login);  // without regard to case
Result<std::optional<UserRow>> user_by_id(Tx& tx, UserId id);
Result<std::vector<User>> list_users(Tx& tx, std::int64_t after_id, int limit);  // in the order of making
Result<UserId> insert_user(Tx& tx, const User& user, std::string_view password_hash);
Result<void> update_user(Tx& tx, const User& user);  // name, email, locale, site_admin, active
Result<void> update_password(Tx& tx, UserId id, std::string_view password_hash, bool must_change);
Result<void> touch_user(Tx& tx, UserId id, Time now);
Result<std::int64_t> count_users(Tx& tx);
Result<std::int64_t> count_active_admins(Tx& tx);

struct SessionRow {
  User user;
  Time last_seen_at, expires_at;
};
Result<void> insert_session(Tx& tx, std::string_view hash, UserId user, std::string_view address, Time now,
                            Time expires_at);
Result<std::optional<SessionRow>> session_by_hash(Tx& tx, std::string_view hash);
Result<void> extend_session(Tx& tx, std::string_view hash, Time now, Time expires_at);
Result<void> delete_session(Tx& tx, std::string_view hash);
Result<void> delete_sessions_of(Tx& tx, UserId user);
Result<void> delete_expired_sessions(Tx& tx, Time now);

enum class TokenKind { personal, job, runner };
struct TokenRow {
  TokenId id;
  TokenKind kind = TokenKind::personal;
  std::string name, repo_path;
  std::vector<Scope> scopes;
  UserId user;
  JobId job;
  RunnerId runner;
  RepoId repo;
  Time created_at{};
  std::optional<Time> expires_at, last_used_at, revoked_at;
};
Result<TokenId> insert_token(Tx& tx, const TokenRow& token, std::string_view hash);
Result<std::optional<TokenRow>> token_by_hash(Tx& tx, std::string_view hash);
Result<std::vector<TokenRow>> personal_tokens(Tx& tx, UserId user);             // newest first
Result<bool> revoke_personal_token(Tx& tx, UserId user, TokenId id, Time now);  // false: no live token of that id
Result<void> revoke_tokens_of(Tx& tx, JobId job, Time now);
Result<void> revoke_tokens_of(Tx& tx, RunnerId runner, Time now);
Result<void> revoke_tokens_of(Tx& tx, RepoId repo, Time now);
Result<void> touch_token(Tx& tx, TokenId id, Time now);

struct MemberRow {
  std::string login, name;
  Role role = Role::none;
};
// `kind` and `id` are one target: ("group", 3), ("repo", 7), ("environment", 2).
struct Target {
  std::string_view kind;
  std::int64_t id = 0;
};
Result<Role> role_on(Tx& tx, UserId user, const AccessTarget& target);  // the highest of its memberships
Result<std::vector<MemberRow>> members_of(Tx& tx, Target target);       // by login
Result<void> put_member(Tx& tx, Target target, UserId user, Role role);
Result<bool> delete_member(Tx& tx, Target target, UserId user);
Result<void> delete_members(Tx& tx, Target target);

struct AuditRow {
  std::int64_t id = 0;
  Time at{};
  std::string actor, remote_address, action, target_kind, target, detail;
};
struct AuditFilter {
  std::string actor, action, target;
  std::int64_t before = 0;
  int limit = 50;
};  // empty and 0: any
Result<void> insert_audit(Tx& tx, Time now, const Actor& actor, const AuditEntry& entry);
Result<std::vector<AuditRow>> list_audit(Tx& tx, const AuditFilter& filter);  // newest first

std::string scopes_text(const std::vector<Scope>& scopes);

}  // namespace sampan::people::store
