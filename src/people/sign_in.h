// Who is asking: passwords, sessions and tokens become actors.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "base/db.h"
#include "people/people.h"
#include "people/recent.h"
#include "people/throttle.h"

namespace sampan::people {

// Thread-safe. Remembers sessions, tokens and verified passwords for kRemembered; forget() after any change of users,
// sessions or tokens.
class SignIn {
 public:
  SignIn(Db& db, Clock& clock);
  Result<Actor> with_password(const Credentials& credentials, std::string_view remote_address);
  Result<Actor> with_basic(const Credentials& credentials, std::string_view remote_address);
  Result<Actor> with_token(std::string_view token);
  Result<Actor> with_session(std::string_view cookie);
  Result<std::string> open_session(const Actor& actor);
  Result<void> close_session(std::string_view cookie);
  Clock& clock() const { return clock_; }
  void forget();
  void forget_after(Tx& tx) {
    tx.after_commit([this] { forget(); });
  }
  void forget_after(Tx& tx, JobId job) {
    tx.after_commit([this, job] { actors_.forget([job](const Actor& actor) { return actor.job == job; }); });
  }

 private:
  // A full disk, say, is no reason to turn people away.
  void note_seen(const std::function<Result<void>(Tx&)>& write);
  Result<Actor> read_session(const std::string& hash);
  Result<Actor> read_token(const std::string& hash);
  Db& db_;
  Clock& clock_;
  Throttle throttle_;
  Recent<std::string, Actor> actors_;  // by the hash of the secret that proved them
  const std::string memory_key_;       // of this process: what is remembered of a password is worthless elsewhere
  std::once_flag nobody_made_;
  std::string nobody_hash_;  // verified when the login is unknown, so that both take as long; made when first needed
};

inline constexpr std::chrono::seconds kRemembered{5};
inline constexpr std::chrono::hours kSessionLife{14 * 24};  // after the last use

Actor actor_of(const User& user);                        // with every scope a person has
Result<void> check_password(std::string_view password);  // the rule for new ones

}  // namespace sampan::people
