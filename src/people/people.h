// Who may do what: people, sessions, tokens, roles, and the audit log nothing escapes.
// hears: RepoDeleted.   says: nothing.
// owns: user_account, session, token, membership, audit.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/db.h"
#include "base/events.h"
#include "model/actor.h"
#include "model/route.h"

namespace sampan::people {

struct User {
  UserId id;
  std::string login, name, email, locale;
  bool site_admin = false, active = true, must_change_password = false;
  Time created_at{};
  std::optional<Time> last_seen_at;
};

constexpr std::string_view kSessionCookie = "sampan_session";

struct Credentials {
  std::string login, password;
};  // password: the password, or a token of that person

struct NewToken {
  std::string name;
  std::vector<Scope> scopes;
  std::optional<Time> expires_at;
};

// For steps of a run: may read one repository and push and pull its images; dies with the job.
struct JobToken {
  JobId job;
  UserId cause;
  RepoId repo;
  std::string repo_path;
  Time expires_at;
};

struct AuditEntry {
  std::string action, target_kind, target, detail;
};  // detail never holds a secret

class People {
 public:
  People(Db& db, Clock& clock, EventLog& events);
  ~People();

  // Makes the first administrator when there is nobody yet; returns the generated password then. Idempotent.
  Result<std::optional<std::string>> ensure_first_admin(std::string_view login);

  // Every failure is unauthenticated with the same sentence, in the same time. After repeated failures of a login or an
  // address the next attempts are unavailable until a stated moment, whether the login exists or not.
  Result<Actor> sign_in_with_password(const Credentials& credentials, std::string_view remote_address);
  Result<std::string> open_session(const Actor& actor);  // of a user -> value of the cookie kSessionCookie
  Result<Actor> actor_of_session(std::string_view cookie);
  Result<void> close_session(std::string_view cookie);
  Result<Actor> actor_of_token(
      std::string_view token);  // personal, job and runner tokens; a revoked or expired one says so
  // Basic: the password of a person, or a token (with its owner's login, or "job"/"token").
  Result<Actor> actor_of_basic(const Credentials& credentials, std::string_view remote_address);

  Result<std::string> create_job_token(Tx& tx, const JobToken& token);
  Result<std::string> create_runner_token(Tx& tx, RunnerId runner, std::string_view name);
  Result<void> revoke_job_tokens(Tx& tx, JobId job);
  Result<void> revoke_runner_tokens(Tx& tx, RunnerId runner);

  // The actor's effective role on the target: the highest of its memberships on the repository, its group and the
  // environment asked for; admin for site administrators and the system; for visibility "internal" things the asker
  // passes `floor` = viewer.
  Result<Role> role_of(const Actor& actor, const AccessTarget& target, Role floor = Role::none);
  // Role::none removes. `by` must be admin there. `target_name` is what the audit log calls it ("company/shop").
  Result<void> set_member(const Actor& by, const AccessTarget& target, std::string_view login, Role role,
                          std::string_view target_name = {});
  // Call it in the transaction that deletes a group or an environment: its memberships go with it. (Repositories say
  // RepoDeleted.)
  Result<void> forget_members(Tx& tx, const AccessTarget& target);

  // Finds what a path names; what a pattern does not name is empty. not_found when it does not exist. Set once by app,
  // before serving; web uses the same one before a handler runs.
  using TargetResolver =
      std::function<Result<AccessTarget>(std::string_view group, std::string_view repo, std::string_view environment)>;
  void set_target_resolver(TargetResolver resolver);

  Result<User> find_user(std::string_view login);
  Result<User> find_user(UserId id);

  // Call it in the transaction of every change a person or the system makes.
  Result<void> audit(Tx& tx, const Actor& actor, const AuditEntry& entry);

  std::vector<Route> routes();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sampan::people
