#include "people/store.h"

#include <limits>

#include "base/enum_text.h"
#include "base/text.h"

namespace sampan::people::store {
namespace {

constexpr std::string_view kUserColumns =
    "u.id, u.login, u.name, u.email, u.locale, u.site_admin, u.active, u.must_change_password, u.created_at, "
    "u.last_seen_at";
constexpr std::size_t kUserColumnCount = 10;

User read_user(const Row& row, std::size_t at = 0) {
  User user;
  user.id = UserId{row.integer(at)};
  user.login = row.text(at + 1);
  user.name = row.text(at + 2);
  user.email = row.text(at + 3);
  user.locale = row.text(at + 4);
  user.site_admin = row.flag(at + 5);
  user.active = row.flag(at + 6);
  user.must_change_password = row.flag(at + 7);
  user.created_at = row.time(at + 8);
  user.last_seen_at = row.maybe_time(at + 9);
  return user;
}

Result<std::optional<UserRow>> one_user(Tx& tx, std::string_view where, Param key) {
  auto row = TRY(tx.maybe(fmt::format("select {}, u.password_hash from user_account u where {}", kUserColumns, where),
                          {std::move(key)}));
  if (!row) return std::optional<UserRow>();
  return std::optional<UserRow>(UserRow{read_user(*row), row->text(kUserColumnCount)});
}

// An unset id is null in the database, so that foreign keys and indexes skip it.
template <class T>
Param maybe_id(T id) {
  return id ? Param(id) : Param(nullptr);
}

constexpr std::string_view kTokenColumns =
    "id, kind, name, repo_path, scopes, user_id, job_id, runner_id, repo_id, created_at, expires_at, last_used_at, "
    "revoked_at";
constexpr std::string_view kKinds[] = {"personal", "job", "runner"};

std::vector<Scope> parse_scopes(const std::string& text) {
  std::vector<Scope> scopes;
  for (const auto& name : split(text, ' ')) {
    if (auto scope = enum_from<Scope>(name)) scopes.push_back(*scope);
  }
  return scopes;
}

TokenRow read_token(const Row& row) {
  TokenRow token;
  token.id = TokenId{row.integer(0)};
  for (std::size_t kind = 0; kind < std::size(kKinds); ++kind) {
    if (row.text(1) == kKinds[kind]) token.kind = static_cast<TokenKind>(kind);
  }
  token.name = row.text(2);
  token.repo_path = row.text(3);
  token.scopes = parse_scopes(row.text(4));
  token.user = UserId{row.maybe_integer(5).value_or(0)};
  token.job = JobId{row.maybe_integer(6).value_or(0)};
  token.runner = RunnerId{row.maybe_integer(7).value_or(0)};
  token.repo = RepoId{row.maybe_integer(8).value_or(0)};
  token.created_at = row.time(9);
  token.expires_at = row.maybe_time(10);
  token.last_used_at = row.maybe_time(11);
  token.revoked_at = row.maybe_time(12);
  return token;
}

Result<void> done(Result<std::int64_t> changed) {
  TRY(std::move(changed));
  return {};
}

}  // namespace

Result<std::optional<UserRow>> user_by_login(Tx& tx, std::string_view login) {
  return one_user(tx, "lower(u.login) = $1", lower(login));
}
Result<std::optional<UserRow>> user_by_id(Tx& tx, UserId id) { return one_user(tx, "u.id = $1", id); }

Result<std::vector<User>> list_users(Tx& tx, std::int64_t after_id, int limit) {
  std::vector<User> users;
  const auto sql = fmt::format("select {} from user_account u where u.id > $1 order by u.id limit $2", kUserColumns);
  for (const auto& row : TRY(tx.query(sql, {after_id, limit}))) users.push_back(read_user(row));
  return users;
}

Result<UserId> insert_user(Tx& tx, const User& user, std::string_view password_hash) {
  return UserId{
      TRY(tx.insert("insert into user_account (login, name, email, locale, password_hash, site_admin, active, "
                    "must_change_password, created_at) "
                    "values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id",
                    {user.login, user.name, user.email, user.locale, password_hash, user.site_admin, user.active,
                     user.must_change_password, user.created_at}))};
}

Result<void> update_user(Tx& tx, const User& user) {
  return done(
      tx.exec("update user_account set name = $2, email = $3, locale = $4, site_admin = $5, active = $6 where id = $1",
              {user.id, user.name, user.email, user.locale, user.site_admin, user.active}));
}

Result<void> update_password(Tx& tx, UserId id, std::string_view password_hash, bool must_change) {
  return done(tx.exec("update user_account set password_hash = $2, must_change_password = $3 where id = $1",
                      {id, password_hash, must_change}));
}

Result<void> touch_user(Tx& tx, UserId id, Time now) {
  return done(tx.exec("update user_account set last_seen_at = $2 where id = $1", {id, now}));
}

Result<std::int64_t> count_users(Tx& tx) {
  return TRY(tx.one("count of users", "select count(*) from user_account")).integer(0);
}

Result<std::int64_t> count_active_admins(Tx& tx) {
  return TRY(tx.one("count of administrators", "select count(*) from user_account where site_admin = 1 and active = 1"))
      .integer(0);
}

Result<void> insert_session(Tx& tx, std::string_view hash, UserId user, std::string_view address, Time now,
                            Time expires_at) {
  return done(
      tx.exec("insert into session (hash, user_id, remote_address, created_at, last_seen_at, expires_at) values ($1, "
              "$2, $3, $4, $4, $5)",
              {hash, user, address, now, expires_at}));
}

Result<std::optional<SessionRow>> session_by_hash(Tx& tx, std::string_view hash) {
  const auto sql = fmt::format(
      "select {}, s.last_seen_at, s.expires_at from session s join user_account u on u.id = s.user_id where s.hash = "
      "$1",
      kUserColumns);
  auto row = TRY(tx.maybe(sql, {hash}));
  if (!row) return std::optional<SessionRow>();
  return std::optional<SessionRow>(
      SessionRow{read_user(*row), row->time(kUserColumnCount), row->time(kUserColumnCount + 1)});
}

Result<void> extend_session(Tx& tx, std::string_view hash, Time now, Time expires_at) {
  return done(
      tx.exec("update session set last_seen_at = $2, expires_at = $3 where hash = $1", {hash, now, expires_at}));
}
Result<void> delete_session(Tx& tx, std::string_view hash) {
  return done(tx.exec("delete from session where hash = $1", {hash}));
}
Result<void> delete_sessions_of(Tx& tx, UserId user) {
  return done(tx.exec("delete from session where user_id = $1", {user}));
}
Result<void> delete_expired_sessions(Tx& tx, Time now) {
  return done(tx.exec("delete from session where expires_at <= $1", {now}));
}

Result<TokenId> insert_token(Tx& tx, const TokenRow& token, std::string_view hash) {
  return TokenId{
      TRY(tx.insert("insert into token (kind, hash, name, scopes, user_id, job_id, runner_id, repo_id, repo_path, "
                    "created_at, expires_at) "
                    "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id",
                    {kKinds[static_cast<std::size_t>(token.kind)], hash, token.name, scopes_text(token.scopes),
                     maybe_id(token.user), maybe_id(token.job), maybe_id(token.runner), maybe_id(token.repo),
                     token.repo_path, token.created_at, token.expires_at}))};
}

Result<std::optional<TokenRow>> token_by_hash(Tx& tx, std::string_view hash) {
  auto row = TRY(tx.maybe(fmt::format("select {} from token where hash = $1", kTokenColumns), {hash}));
  if (!row) return std::optional<TokenRow>();
  return std::optional<TokenRow>(read_token(*row));
}

Result<std::vector<TokenRow>> personal_tokens(Tx& tx, UserId user) {
  std::vector<TokenRow> tokens;
  const auto sql =
      fmt::format("select {} from token where user_id = $1 and kind = 'personal' order by id desc", kTokenColumns);
  for (const auto& row : TRY(tx.query(sql, {user}))) tokens.push_back(read_token(row));
  return tokens;
}

Result<bool> revoke_personal_token(Tx& tx, UserId user, TokenId id, Time now) {
  const auto changed = TRY(tx.exec(
      "update token set revoked_at = $3 where id = $1 and user_id = $2 and kind = 'personal' and revoked_at is null",
      {id, user, now}));
  return changed > 0;
}

Result<void> revoke_tokens_of(Tx& tx, JobId job, Time now) {
  return done(tx.exec("update token set revoked_at = $2 where job_id = $1 and revoked_at is null", {job, now}));
}
Result<void> revoke_tokens_of(Tx& tx, RunnerId runner, Time now) {
  return done(tx.exec("update token set revoked_at = $2 where runner_id = $1 and revoked_at is null", {runner, now}));
}
Result<void> revoke_tokens_of(Tx& tx, RepoId repo, Time now) {
  return done(tx.exec("update token set revoked_at = $2 where repo_id = $1 and revoked_at is null", {repo, now}));
}
Result<void> touch_token(Tx& tx, TokenId id, Time now) {
  return done(tx.exec("update token set last_used_at = $2 where id = $1", {id, now}));
}

Result<Role> role_on(Tx& tx, UserId user, const AccessTarget& target) {
  Role highest = Role::none;
  const auto rows =
      TRY(tx.query("select role from membership where user_id = $1 and ((target_kind = 'group' and target_id = $2) or "
                   "(target_kind = 'repo' and target_id = $3) or (target_kind = 'environment' and target_id = $4))",
                   {user, target.group, target.repo, target.environment}));
  for (const auto& row : rows) highest = std::max(highest, enum_from<Role>(row.text(0)).value_or(Role::none));
  return highest;
}

Result<std::vector<MemberRow>> members_of(Tx& tx, Target target) {
  std::vector<MemberRow> members;
  const auto rows =
      TRY(tx.query("select u.login, u.name, m.role from membership m join user_account u on u.id = m.user_id "
                   "where m.target_kind = $1 and m.target_id = $2 order by u.login",
                   {target.kind, target.id}));
  for (const auto& row : rows)
    members.push_back({row.text(0), row.text(1), enum_from<Role>(row.text(2)).value_or(Role::none)});
  return members;
}

Result<void> put_member(Tx& tx, Target target, UserId user, Role role) {
  return done(
      tx.exec("insert into membership (target_kind, target_id, user_id, role) values ($1, $2, $3, $4) "
              "on conflict (target_kind, target_id, user_id) do update set role = excluded.role",
              {target.kind, target.id, user, enum_text(role)}));
}

Result<bool> delete_member(Tx& tx, Target target, UserId user) {
  return TRY(tx.exec("delete from membership where target_kind = $1 and target_id = $2 and user_id = $3",
                     {target.kind, target.id, user})) > 0;
}

Result<void> delete_members(Tx& tx, Target target) {
  return done(tx.exec("delete from membership where target_kind = $1 and target_id = $2", {target.kind, target.id}));
}

Result<void> insert_audit(Tx& tx, Time now, const Actor& actor, const AuditEntry& entry) {
  return done(
      tx.exec("insert into audit (at, actor, user_id, remote_address, action, target_kind, target, detail) values ($1, "
              "$2, $3, $4, $5, $6, $7, $8)",
              {now, actor.name, maybe_id(actor.user), actor.remote_address, entry.action, entry.target_kind,
               entry.target, entry.detail}));
}

Result<std::vector<AuditRow>> list_audit(Tx& tx, const AuditFilter& filter) {
  std::vector<AuditRow> entries;
  const auto before = filter.before ? filter.before : std::numeric_limits<std::int64_t>::max();
  const auto rows =
      TRY(tx.query("select id, at, actor, remote_address, action, target_kind, target, detail from audit where id < $1 "
                   "and ($2 = '' or actor = $2) "
                   "and ($3 = '' or action = $3) and ($4 = '' or target = $4) order by id desc limit $5",
                   {before, filter.actor, filter.action, filter.target, filter.limit}));
  for (const auto& row : rows) {
    entries.push_back(
        {row.integer(0), row.time(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7)});
  }
  return entries;
}

std::string scopes_text(const std::vector<Scope>& scopes) {
  std::vector<std::string> names;
  for (Scope scope : scopes) names.emplace_back(enum_text(scope));
  return join(names, " ");
}

}  // namespace sampan::people::store
