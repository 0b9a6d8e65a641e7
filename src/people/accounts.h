// The people themselves: making, changing and switching off accounts, and the tokens a person makes for programs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "people/sign_in.h"
#include "people/store.h"

namespace sampan::people {

struct NewUser {
  std::string login, name, email;
  std::optional<std::string> password;
  bool site_admin = false;
};
struct UserChange {
  std::optional<std::string> name, email, locale, password;
  std::optional<bool> active, site_admin;
};
struct MadeUser {
  User user;
  std::optional<std::string> initial_password;
};  // when none was given; must be changed at first sign-in
struct MadeToken {
  store::TokenRow row;
  std::string secret;
};  // shown this once

class Accounts {
 public:
  Accounts(Db& db, Clock& clock, SignIn& sign_in) : db_(db), clock_(clock), sign_in_(sign_in) {}

  Result<MadeUser> create(const Actor& by, const NewUser& order);
  Result<User> change(const Actor& by, std::string_view login,
                      const UserChange& change);                          // conflict for the last administrator
  Result<User> change_self(const Actor& self, const UserChange& change);  // name, email, locale only
  // Ends every session of the person: whoever knew the old password is out.
  Result<void> change_password(const Actor& self, const std::string& old_password, const std::string& new_password);
  Result<std::vector<User>> list(std::int64_t after_id, int limit);
  Result<User> find(std::string_view login);
  Result<User> find(UserId id);

  Result<MadeToken> create_token(const Actor& self, const NewToken& order);  // at most the scopes the asker has itself
  Result<std::vector<store::TokenRow>> tokens(const Actor& self);
  Result<void> revoke_token(const Actor& self, TokenId id);

 private:
  Db& db_;
  Clock& clock_;
  SignIn& sign_in_;
};

}  // namespace sampan::people
