#include "people/people.h"

#include "base/crypto.h"
#include "model/events.h"
#include "model/say.h"
#include "people/accounts.h"
#include "people/members.h"
#include "people/routes.h"
#include "people/sign_in.h"
#include "people/store.h"

namespace sampan::people {

struct People::State {
  State(Db& db_, Clock& clock_)
      : db(db_), clock(clock_), sign_in(db_, clock_), accounts(db_, clock_, sign_in), members(db_, clock_) {}
  Db& db;
  Clock& clock;
  SignIn sign_in;
  Accounts accounts;
  Members members;
  TargetResolver resolver;

  Result<std::string> create_token(Tx& tx, std::string_view prefix, store::TokenRow row) {
    auto secret = random_token(prefix);
    row.created_at = clock.now();
    TRY(store::insert_token(tx, row, sha256_hex(secret)));
    return secret;
  }
};

People::People(Db& db, Clock& clock, EventLog& events) : state_(std::make_unique<State>(db, clock)) {
  listen<events::RepoDeleted>(events, "people", [this](const events::RepoDeleted& event) -> Result<void> {
    TRY(state_->members.forget_repo(event.repo));
    state_->sign_in.forget();
    return {};
  });
}
People::~People() = default;

Result<std::optional<std::string>> People::ensure_first_admin(std::string_view login) {
  const auto count = TRY(state_->db.read([&](Tx& tx) { return store::count_users(tx); }));
  if (count > 0) return std::optional<std::string>();
  const NewUser order{
      .login = std::string(login), .name = "", .email = "", .password = std::nullopt, .site_admin = true};
  auto made = state_->accounts.create(Actor::system(), order);
  if (!made && made.error().code == Errc::conflict) return std::optional<std::string>();  // another server was first
  return TRY(std::move(made)).initial_password;
}

Result<Actor> People::sign_in_with_password(const Credentials& credentials, std::string_view remote_address) {
  return state_->sign_in.with_password(credentials, remote_address);
}
Result<std::string> People::open_session(const Actor& actor) { return state_->sign_in.open_session(actor); }
Result<Actor> People::actor_of_session(std::string_view cookie) { return state_->sign_in.with_session(cookie); }
Result<void> People::close_session(std::string_view cookie) { return state_->sign_in.close_session(cookie); }
Result<Actor> People::actor_of_token(std::string_view token) { return state_->sign_in.with_token(token); }
Result<Actor> People::actor_of_basic(const Credentials& credentials, std::string_view remote_address) {
  return state_->sign_in.with_basic(credentials, remote_address);
}

Result<std::string> People::create_job_token(Tx& tx, const JobToken& token) {
  store::TokenRow row;
  row.kind = store::TokenKind::job;
  row.name = fmt::format("job {} of {}", token.job.value, token.repo_path);
  row.scopes = {Scope::repo_read, Scope::image_read, Scope::image_write};
  row.user = token.cause;
  row.job = token.job;
  row.repo = token.repo;
  row.repo_path = token.repo_path;
  row.expires_at = token.expires_at;
  return state_->create_token(tx, "sj_", std::move(row));
}

Result<std::string> People::create_runner_token(Tx& tx, RunnerId runner, std::string_view name) {
  store::TokenRow row;
  row.kind = store::TokenKind::runner;
  row.name = fmt::format("runner {}", name);
  row.scopes = {Scope::runner};
  row.runner = runner;
  return state_->create_token(tx, "sr_", std::move(row));
}

Result<void> People::revoke_job_tokens(Tx& tx, JobId job) {
  state_->sign_in.forget_after(tx, job);
  return store::revoke_tokens_of(tx, job, state_->clock.now());
}
Result<void> People::revoke_runner_tokens(Tx& tx, RunnerId runner) {
  state_->sign_in.forget_after(tx);
  return store::revoke_tokens_of(tx, runner, state_->clock.now());
}

Result<Role> People::role_of(const Actor& actor, const AccessTarget& target, Role floor) {
  return state_->members.role_of(actor, target, floor);
}
Result<void> People::set_member(const Actor& by, const AccessTarget& target, std::string_view login, Role role,
                                std::string_view target_name) {
  return state_->members.set(by, target, login, role, target_name);
}
Result<void> People::forget_members(Tx& tx, const AccessTarget& target) { return state_->members.forget(tx, target); }
void People::set_target_resolver(TargetResolver resolver) { state_->resolver = std::move(resolver); }

Result<User> People::find_user(std::string_view login) { return state_->accounts.find(login); }
Result<User> People::find_user(UserId id) { return state_->accounts.find(id); }

Result<void> People::audit(Tx& tx, const Actor& actor, const AuditEntry& entry) {
  return store::insert_audit(tx, state_->clock.now(), actor, entry);
}

std::vector<Route> People::routes() {
  auto routes = account_routes(state_->accounts, state_->sign_in);
  for (auto& route : audit_routes(state_->db)) routes.push_back(std::move(route));
  for (auto& route : member_routes(state_->members, state_->resolver)) routes.push_back(std::move(route));
  return routes;
}

}  // namespace sampan::people
