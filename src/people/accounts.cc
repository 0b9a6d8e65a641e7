#include "people/accounts.h"

#include "base/crypto.h"
#include "base/enum_text.h"
#include "base/text.h"

namespace sampan::people {
namespace {

constexpr std::size_t kLongestName = 128;

Result<void> check_text(std::string_view field, std::string_view text) {
  if (text.size() > kLongestName)
    return fail(Errc::invalid, "field '{}': expected at most {} bytes, found {}", field, kLongestName, text.size());
  if (!is_valid_utf8(text) || text.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) {
    return fail(Errc::invalid, "field '{}': expected one line of UTF-8 text", field);
  }
  return {};
}

Result<void> check_email(std::string_view email) {
  TRY(check_text("email", email));
  const auto at = email.find('@');
  if (!email.empty() && (at == 0 || at == std::string_view::npos || at + 1 == email.size() ||
                         email.find(' ') != std::string_view::npos)) {
    return fail(Errc::invalid, "field 'email': expected an address like 'ann@example.com', found '{}'", email);
  }
  return {};
}

Result<void> check_login(std::string_view login) {
  if (!is_valid_name(login)) {
    return fail(
        Errc::invalid,
        "field 'login': expected 1-64 letters, digits, '.', '_' or '-', beginning with a letter or digit, found '{}'",
        login);
  }
  if (login == "job" || login == "token")
    return fail(Errc::invalid, "field 'login': '{}' is kept for tokens; choose another", login);
  return {};
}

Result<void> apply(User& user, const UserChange& change) {
  if (change.name) TRY(check_text("name", *change.name));
  if (change.email) TRY(check_email(*change.email));
  if (change.locale && *change.locale != "en" && *change.locale != "zh") {
    return fail(Errc::invalid, "field 'locale': expected 'en' or 'zh', found '{}'", *change.locale);
  }
  user.name = change.name.value_or(user.name);
  user.email = change.email.value_or(user.email);
  user.locale = change.locale.value_or(user.locale);
  user.active = change.active.value_or(user.active);
  user.site_admin = change.site_admin.value_or(user.site_admin);
  return {};
}

std::string describe(const UserChange& change) {
  std::vector<std::string> parts;
  if (change.name) parts.push_back("name");
  if (change.email) parts.push_back("email");
  if (change.locale) parts.push_back("locale");
  if (change.password) parts.push_back("password");
  if (change.active) parts.push_back(*change.active ? "switched on" : "switched off");
  if (change.site_admin) parts.push_back(*change.site_admin ? "made administrator" : "no longer administrator");
  return join(parts, ", ");
}

Result<store::UserRow> must_find(Tx& tx, std::string_view login) {
  auto row = TRY(store::user_by_login(tx, login));
  if (!row) return fail(Errc::not_found, "there is no user '{}'", login);
  return std::move(*row);
}

Result<void> only_people(const Actor& actor) {
  if (actor.kind != Actor::Kind::user)
    return fail(Errc::denied, "only a person has an account and tokens; {} is not one", actor.name);
  return {};
}

}  // namespace

Result<MadeUser> Accounts::create(const Actor& by, const NewUser& order) {
  TRY(check_login(order.login));
  TRY(check_text("name", order.name));
  TRY(check_email(order.email));
  if (order.password) TRY(check_password(*order.password));
  MadeUser made;
  if (!order.password) made.initial_password = random_token("", 12);
  made.user.login = order.login;
  made.user.name = order.name.empty() ? order.login : order.name;
  made.user.email = order.email;
  made.user.site_admin = order.site_admin;
  made.user.must_change_password = !order.password;
  made.user.created_at = clock_.now();
  const auto hash = hash_password(order.password ? *order.password : *made.initial_password);
  return db_.write([&](Tx& tx) -> Result<MadeUser> {
    if (TRY(store::user_by_login(tx, order.login)))
      return fail(Errc::conflict, "there is a user '{}' already", order.login);
    made.user.id = TRY(store::insert_user(tx, made.user, hash));
    TRY(store::insert_audit(tx, clock_.now(), by,
                            {"user.create", "user", order.login, order.site_admin ? "administrator" : ""}));
    return made;
  });
}

Result<User> Accounts::change(const Actor& by, std::string_view login, const UserChange& change) {
  std::string hash;
  if (change.password) {
    TRY(check_password(*change.password));
    hash = hash_password(*change.password);
  }
  return db_.write([&](Tx& tx) -> Result<User> {
    User user = TRY(must_find(tx, login)).user;
    TRY(apply(user, change));
    TRY(store::update_user(tx, user));
    if (TRY(store::count_active_admins(tx)) == 0)
      return fail(Errc::conflict, "'{}' is the last active administrator; make another one first", user.login);
    if (change.password) {
      user.must_change_password = user.id != by.user;  // whoever set it for somebody else should not go on knowing it
      TRY(store::update_password(tx, user.id, hash, user.must_change_password));
    }
    if (change.password || !user.active) TRY(store::delete_sessions_of(tx, user.id));
    TRY(store::insert_audit(tx, clock_.now(), by, {"user.change", "user", user.login, describe(change)}));
    sign_in_.forget_after(tx);
    return user;
  });
}

Result<User> Accounts::change_self(const Actor& self, const UserChange& change) {
  TRY(only_people(self));
  const UserChange allowed{change.name, change.email, change.locale, {}, {}, {}};
  return this->change(self, self.name, allowed);
}

Result<void> Accounts::change_password(const Actor& self, const std::string& old_password,
                                       const std::string& new_password) {
  TRY(only_people(self));
  TRY(check_password(new_password));
  auto row = TRY(db_.read([&](Tx& tx) { return must_find(tx, self.name); }));
  if (!verify_password(old_password, row.password_hash))
    return fail(Errc::invalid, "field 'old_password': this is not the current password");
  const auto hash = hash_password(new_password);
  return db_.write([&](Tx& tx) -> Result<void> {
    TRY(store::update_password(tx, self.user, hash, false));
    TRY(store::delete_sessions_of(tx, self.user));
    sign_in_.forget_after(tx);
    return store::insert_audit(tx, clock_.now(), self, {"user.password", "user", self.name, ""});
  });
}

Result<std::vector<User>> Accounts::list(std::int64_t after_id, int limit) {
  return db_.read([&](Tx& tx) { return store::list_users(tx, after_id, limit); });
}

Result<User> Accounts::find(std::string_view login) {
  return TRY(db_.read([&](Tx& tx) { return must_find(tx, login); })).user;
}

Result<User> Accounts::find(UserId id) {
  auto row = TRY(db_.read([&](Tx& tx) { return store::user_by_id(tx, id); }));
  if (!row) return fail(Errc::not_found, "there is no user with the id {}", id.value);
  return row->user;
}

Result<MadeToken> Accounts::create_token(const Actor& self, const NewToken& order) {
  TRY(only_people(self));
  TRY(check_text("name", order.name));
  if (order.name.empty()) return fail(Errc::invalid, "field 'name': expected what the token is for, found nothing");
  if (order.scopes.empty())
    return fail(
        Errc::invalid,
        "field 'scopes': expected at least one of api_read, api_write, repo_read, repo_write, image_read, image_write");
  for (Scope scope : order.scopes) {
    if (!self.has(scope))
      return fail(Errc::denied, "field 'scopes': you cannot give the scope '{}', which you do not have here",
                  enum_text(scope));
  }
  const auto now = clock_.now();
  if (order.expires_at && *order.expires_at <= now)
    return fail(Errc::invalid, "field 'expires_in_days': expected at least 1");
  MadeToken made;
  made.secret = random_token("sp_");
  made.row.name = order.name;
  made.row.scopes = order.scopes;
  made.row.user = self.user;
  made.row.created_at = now;
  made.row.expires_at = order.expires_at;
  return db_.write([&](Tx& tx) -> Result<MadeToken> {
    made.row.id = TRY(store::insert_token(tx, made.row, sha256_hex(made.secret)));
    TRY(store::insert_audit(tx, now, self, {"token.create", "token", order.name, store::scopes_text(order.scopes)}));
    return made;
  });
}

Result<std::vector<store::TokenRow>> Accounts::tokens(const Actor& self) {
  TRY(only_people(self));
  return db_.read([&](Tx& tx) { return store::personal_tokens(tx, self.user); });
}

Result<void> Accounts::revoke_token(const Actor& self, TokenId id) {
  TRY(only_people(self));
  return db_.write([&](Tx& tx) -> Result<void> {
    if (!TRY(store::revoke_personal_token(tx, self.user, id, clock_.now())))
      return fail(Errc::not_found, "you have no live token with the id {}", id.value);
    sign_in_.forget_after(tx);
    return store::insert_audit(tx, clock_.now(), self, {"token.revoke", "token", std::to_string(id.value), ""});
  });
}

}  // namespace sampan::people
