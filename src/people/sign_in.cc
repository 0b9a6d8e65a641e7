#include "people/sign_in.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "people/store.h"

namespace sampan::people {
namespace {

constexpr std::chrono::minutes kTouchEvery{5};  // a last use is written this often, not on each request

bool looks_like_token(std::string_view text) {
  return text.starts_with("sp_") || text.starts_with("sj_") || text.starts_with("sr_");
}

tl::unexpected<Error> wrong_password() {
  return fail(
      Errc::unauthenticated,
      "the login or the password is wrong; git takes a personal token (sp_...) in the place of the password too");
}

std::string day(Time time) { return format_rfc3339(time).substr(0, 10); }

Result<void> check_alive(const store::TokenRow& token, Time now) {
  if (token.revoked_at) {
    if (token.kind == store::TokenKind::job)
      return fail(Errc::unauthenticated, "the token of {} ended with its job", token.name);
    return fail(Errc::unauthenticated, "the token '{}' was revoked on {}; make a new one under Settings, Tokens",
                token.name, day(*token.revoked_at));
  }
  if (token.expires_at && *token.expires_at <= now) {
    return fail(Errc::unauthenticated, "the token '{}' expired on {}; make a new one under Settings, Tokens",
                token.name, day(*token.expires_at));
  }
  return {};
}

}  // namespace

Actor actor_of(const User& user) {
  Actor actor;
  actor.kind = Actor::Kind::user;
  actor.user = user.id;
  actor.name = user.login;
  actor.site_admin = user.site_admin;
  actor.scopes = {Scope::api_read,   Scope::api_write,  Scope::repo_read,
                  Scope::repo_write, Scope::image_read, Scope::image_write};
  return actor;
}

Result<void> check_password(std::string_view password) {
  if (password.size() < 8)
    return fail(Errc::invalid, "field 'password': expected at least 8 characters, found {}", password.size());
  if (password.size() > 1024)
    return fail(Errc::invalid, "field 'password': expected at most 1024 bytes, found {}", password.size());
  if (looks_like_token(password))
    return fail(Errc::invalid, "field 'password': must not begin with 'sp_', 'sj_' or 'sr_', which mark tokens");
  return {};
}

SignIn::SignIn(Db& db, Clock& clock)
    : db_(db), clock_(clock), throttle_(clock), actors_(clock, kRemembered, 10'000), memory_key_(random_token("")) {}

void SignIn::forget() { actors_.forget(); }

void SignIn::note_seen(const std::function<Result<void>(Tx&)>& write) {
  if (const auto noted = db_.write_lazily(write); !noted)
    log::warning("people", "who was seen last could not be noted: {}", noted.error().message);
}

Result<Actor> SignIn::with_password(const Credentials& credentials, std::string_view remote_address) {
  if (auto wait = throttle_.begin(credentials.login, remote_address)) {
    return fail(Errc::unavailable, "too many failed sign-ins for this login or from this address; try again in {} s",
                wait->count());
  }
  auto row = TRY(db_.read([&](Tx& tx) { return store::user_by_login(tx, credentials.login); }));
  if (!row) std::call_once(nobody_made_, [this] { nobody_hash_ = hash_password(random_token("")); });
  const bool right = verify_password(credentials.password, row ? row->password_hash : nobody_hash_);
  if (!row || !right || !row->user.active) return wrong_password();
  throttle_.succeeded(credentials.login, remote_address);
  note_seen([&](Tx& tx) { return store::touch_user(tx, row->user.id, clock_.now()); });
  Actor actor = actor_of(row->user);
  actor.remote_address = remote_address;
  return actor;
}

Result<Actor> SignIn::with_basic(const Credentials& credentials, std::string_view remote_address) {
  if (looks_like_token(credentials.password)) {
    Actor actor = TRY(with_token(credentials.password));
    const bool any_name = credentials.login == "token" || credentials.login == "job" || actor.kind != Actor::Kind::user;
    if (!any_name && lower(credentials.login) != lower(actor.name)) {
      return fail(Errc::unauthenticated, "this token does not belong to '{}'; use its owner's login, or 'token'",
                  credentials.login);
    }
    actor.remote_address = remote_address;
    return actor;
  }
  // git and container engines send the password with every request; argon2 on each would make them slow and us busy.
  const auto key = hmac_sha256(memory_key_, lower(credentials.login) + '\0' + credentials.password);
  if (auto known = actors_.get(key)) {
    known->remote_address = remote_address;
    return *known;
  }
  const auto generation = actors_.generation();
  Actor actor = TRY(with_password(credentials, remote_address));
  actors_.put(generation, key, actor);
  return actor;
}

Result<Actor> SignIn::with_token(std::string_view token) {
  if (!looks_like_token(token))
    return fail(Errc::unauthenticated, "this is not a token of this server; they begin with sp_");
  const auto hash = sha256_hex(token);
  if (auto known = actors_.get(hash)) return *known;
  const auto generation = actors_.generation();
  Actor actor = TRY(read_token(hash));
  actors_.put(generation, hash, actor);
  return actor;
}

Result<Actor> SignIn::read_token(const std::string& hash) {
  struct Found {
    store::TokenRow token;
    std::optional<store::UserRow> owner;
  };
  const auto now = clock_.now();
  auto found = TRY(db_.read([&](Tx& tx) -> Result<Found> {
    auto token = TRY(store::token_by_hash(tx, hash));
    if (!token)
      return fail(Errc::unauthenticated,
                  "this token is not known here; it may have been mistyped, or made on another server");
    TRY(check_alive(*token, now));
    std::optional<store::UserRow> owner;
    if (token->user) owner = TRY(store::user_by_id(tx, token->user));
    return Found{std::move(*token), std::move(owner)};
  }));
  const auto& token = found.token;
  Actor actor;
  if (token.kind == store::TokenKind::personal) {
    if (!found.owner || !found.owner->user.active)
      return fail(Errc::unauthenticated, "the account that owns the token '{}' is switched off", token.name);
    actor = actor_of(found.owner->user);
  } else if (token.kind == store::TokenKind::job) {
    actor.kind = Actor::Kind::job;
    actor.user = token.user;
    actor.name = token.name;
    actor.job = token.job;
    actor.only_repo = token.repo;
  } else {
    actor.kind = Actor::Kind::runner;
    actor.name = token.name;
    actor.runner = token.runner;
  }
  actor.scopes = token.scopes;
  if (!token.last_used_at || now - *token.last_used_at > kTouchEvery) {
    note_seen([&](Tx& tx) { return store::touch_token(tx, token.id, now); });
  }
  return actor;
}

Result<Actor> SignIn::with_session(std::string_view cookie) {
  const auto hash = sha256_hex(cookie);
  if (auto known = actors_.get(hash)) return *known;
  const auto generation = actors_.generation();
  Actor actor = TRY(read_session(hash));
  actors_.put(generation, hash, actor);
  return actor;
}

Result<Actor> SignIn::read_session(const std::string& hash) {
  const auto now = clock_.now();
  auto row = TRY(db_.read([&](Tx& tx) { return store::session_by_hash(tx, hash); }));
  if (!row || row->expires_at <= now || !row->user.active)
    return fail(Errc::unauthenticated, "the session has ended; sign in again");
  if (now - row->last_seen_at > kTouchEvery) {
    note_seen([&](Tx& tx) -> Result<void> {
      TRY(store::touch_user(tx, row->user.id, now));
      return store::extend_session(tx, hash, now, now + kSessionLife);
    });
  }
  return actor_of(row->user);
}

Result<std::string> SignIn::open_session(const Actor& actor) {
  if (actor.kind != Actor::Kind::user) return fail(Errc::denied, "only a person can have a session");
  const auto cookie = random_token("");
  const auto now = clock_.now();
  TRY(db_.write([&](Tx& tx) -> Result<void> {
    TRY(store::delete_expired_sessions(tx, now));
    TRY(store::insert_session(tx, sha256_hex(cookie), actor.user, actor.remote_address, now, now + kSessionLife));
    return store::insert_audit(tx, now, actor, {"session.open", "user", actor.name, ""});
  }));
  return cookie;
}

Result<void> SignIn::close_session(std::string_view cookie) {
  return db_.write([&](Tx& tx) -> Result<void> {
    forget_after(tx);
    return store::delete_session(tx, sha256_hex(cookie));
  });
}

}  // namespace sampan::people
