#include "git/pushes.h"

#include <unistd.h>

#include <cerrno>
#include <future>

#include "base/crypto.h"
#include "base/log.h"
#include "git/push_rules.h"
#include "model/say.h"

namespace sampan::git {

Result<Role> role_on(people::People& people, const Actor& actor, const Repo& repo) {
  const bool open = repo.visibility == Visibility::internal && actor.kind == Actor::Kind::user;
  return people.role_of(actor, {.group = repo.group_id, .repo = repo.id, .environment = {}},
                        open ? Role::viewer : Role::none);
}

Pushes::Pushes(Db& db, Clock& clock, EventLog& events, people::People& people, const Plumbing& plumbing,
               ObjectReaders& readers)
    : db_(db), clock_(clock), events_(events), people_(people), plumbing_(plumbing), readers_(readers) {}

std::string Pushes::begin(const Repo& repo, const Actor& actor) {
  auto secret = random_token("");
  active_.lock()->by_secret.emplace(secret, std::make_shared<Active>(Active{repo, actor, {}}));
  return secret;
}

Result<std::shared_ptr<Pushes::Active>> Pushes::active(std::string_view secret) {
  auto active = active_.lock();
  auto found = active->by_secret.find(std::string(secret));
  if (found == active->by_secret.end())
    return fail(Errc::unauthenticated, "this push is not under way here; push again");
  return found->second;
}

Result<void> Pushes::check(const Actor& actor, const Repo& repo, const HookCall& call) {
  PushFacts facts;
  facts.role = TRY(role_on(people_, actor, repo));
  facts.repo_path = repo.path();
  facts.default_branch = repo.default_branch;
  facts.is_forced = [&](const events::RefUpdate& update) -> Result<bool> {
    const std::vector<std::string> args{"merge-base", "--is-ancestor", update.old_sha.text(), update.new_sha.text()};
    const auto output = TRY(plumbing_.run(repo.id, args, {}, call.environment));
    return output.exit.code != 0;
  };
  TRY(check_updates(call.updates, call.options, facts));
  Environment environment{{"GIT_DIR", plumbing_.folder_of(repo.id)}};
  environment.insert(environment.end(), call.environment.begin(), call.environment.end());
  for (const auto& one : checks_) TRY(one({repo, actor, call.updates, call.options, environment}));
  return {};
}

Result<PushId> Pushes::intend(const Actor& actor, const Repo& repo, const HookCall& call) {
  TRY(check(actor, repo, call));
  Push push;
  push.repo = repo.id;
  push.user = actor.user;
  push.actor = actor.name;
  push.options = call.options;
  push.updates = call.updates;
  push.created_at = clock_.now();
  PushId there;
  auto intended = db_.write([&](Tx& tx) -> Result<PushId> {
    const auto id = TRY(store::insert_push(tx, push));
    tx.after_commit([&there, id] { there = id; });
    return id;
  });
  // Written down, but not on a disk that keeps it: the push is refused, and nobody else would end what is there.
  if (!intended && there) confirm_later(there);
  return intended;
}

Result<void> Pushes::pre_receive(std::string_view secret, std::string_view body) {
  auto under_way = TRY(active(secret));
  const auto call = TRY(parse_hook_call(body, plumbing_.folder_of(under_way->repo.id)));
  {
    auto active = active_.lock();
    if (under_way->push) return fail(Errc::conflict, "this push has been looked at already");
  }
  const auto push = TRY(intend(under_way->actor, under_way->repo, call));
  {
    auto active = active_.lock();
    under_way->push = push;
    if (active->by_secret.contains(std::string(secret))) return {};
  }
  // git has died meanwhile, and finish() has passed: nobody else would end what was written down since.
  confirm_later(push);
  return fail(Errc::unavailable, "git ended while this push was looked at; push again");
}

Result<std::vector<std::string>> Pushes::post_receive(std::string_view secret, std::string_view body) {
  auto under_way = TRY(active(secret));
  const auto call = TRY(parse_hook_call(body, plumbing_.folder_of(under_way->repo.id)));
  std::set<std::string> moved;
  for (const auto& update : call.updates) moved.insert(update.ref);
  std::vector<std::string> lines;
  const auto said = TRY(confirm(under_way->push, std::move(moved)));
  if (!said) return lines;
  std::vector<std::future<std::vector<std::string>>> notices;  // at once: the push waits for the slowest
  for (const auto& notice : notices_) notices.push_back(std::async(std::launch::async, [&] { return notice(*said); }));
  for (auto& notice : notices) {
    for (auto& line : notice.get()) lines.push_back(std::move(line));
  }
  return lines;
}

void Pushes::finish(std::string_view secret, bool ended_well) {
  auto under_way = active(secret);
  if (!under_way) return;
  PushId push;
  const auto repo = (*under_way)->repo.id;
  {
    auto active = active_.lock();  // nobody begins meanwhile
    push = (*under_way)->push;
    active->by_secret.erase(std::string(secret));
    if (!ended_well) active->unswept[repo.value].push_back(push);
    const bool busy = std::any_of(active->by_secret.begin(), active->by_secret.end(),
                                  [&](const auto& other) { return other.second->repo.id == repo; });
    if (auto left = active->unswept.find(repo.value); left != active->unswept.end() && !busy) {
      if (auto swept = sweep(repo, left->second); !swept) log::warning("git", "{}", swept.error().message);
      active->unswept.erase(left);
    }
  }
  if (!push) return;
  auto said = confirm(push, std::nullopt);
  if (said) return;
  log::error("git", "push {} of {} could not be confirmed: {}", push.value, (*under_way)->repo.path(),
             said.error().message);
  confirm_later(push);
}

Result<std::set<std::string>> Pushes::moved_by_refs(const Push& push) {
  const auto past = TRY(db_.read([&](Tx& tx) { return store::updates_since(tx, push.repo, push.id); }));
  std::map<std::string, Sha> current;
  auto reader = TRY(readers_.borrow(push.repo));
  for (const auto& update : push.updates) {
    if (auto found = TRY(reader->info(update.ref))) current[update.ref] = found->sha;
  }
  return decide_moved(push.id, past, current);
}

Result<void> Pushes::adopt_default_branch(Repo& repo, const std::vector<events::RefUpdate>& moved) {
  if (TRY(readers_.info(repo.id, "refs/heads/" + repo.default_branch))) return {};
  const auto chosen = choose_default_branch(moved);
  if (!chosen) return {};
  TRY(plumbing_.run_ok(repo.id, {"symbolic-ref", "HEAD", "refs/heads/" + *chosen}));
  repo.default_branch = *chosen;
  return {};
}

Result<std::optional<events::PushReceived>> Pushes::confirm(PushId id, std::optional<std::set<std::string>> moved) {
  using Said = std::optional<events::PushReceived>;
  struct Found {
    std::optional<Push> push;
    std::optional<Repo> repo;
  };
  auto found = TRY(db_.read([&](Tx& tx) -> Result<Found> {
    auto push = TRY(store::push_by_id(tx, id));
    std::optional<Repo> repo;
    if (push) repo = TRY(store::repo_by_id(tx, push->repo));
    return Found{std::move(push), std::move(repo)};
  }));
  if (!found.push || !found.repo || found.push->state != PushState::intended) return Said();
  const auto& push = *found.push;
  if (!moved) moved = TRY(moved_by_refs(push));
  events::PushReceived event{push.id, push.repo, found.repo->path(), push.user, push.actor, {}, push.options};
  for (const auto& update : push.updates) {
    if (moved->contains(update.ref)) event.updates.push_back(update);
  }
  TRY(adopt_default_branch(*found.repo, event.updates));
  return db_.write([&](Tx& tx) -> Result<Said> {
    const auto now = clock_.now();
    if (!TRY(store::finish_push(tx, id, event.updates.empty() ? PushState::undone : PushState::done, now)))
      return Said();
    if (event.updates.empty()) return Said();
    for (const auto& update : event.updates) TRY(store::set_moved(tx, id, update.ref));
    auto repo =
        TRY(store::repo_by_id(tx, push.repo));  // as it is now: somebody may have changed its description meanwhile
    if (!repo) return Said();
    repo->default_branch = found.repo->default_branch;
    repo->updated_at = now;
    TRY(store::update_repo(tx, *repo));
    TRY(say(events_, tx, event));
    return Said(event);
  });
}

Result<PushId> Pushes::move_refs(const Actor& actor, const Repo& repo, const std::vector<events::RefUpdate>& updates) {
  const auto push = TRY(intend(actor, repo, {updates, {}, {}}));
  const auto secret = begin(repo, actor);
  (*TRY(active(secret))).push = push;
  auto moved = update_refs(repo, updates);
  finish(secret, moved.has_value());
  TRY(confirm(push, std::nullopt));
  TRY(std::move(moved));
  return push;
}

Result<void> Pushes::update_refs(const Repo& repo, const std::vector<events::RefUpdate>& updates) {
  std::string orders;
  for (const auto& update : updates) {
    const bool gone = update.new_sha.is_zero();
    orders += fmt::format("{} {}", gone ? "delete" : "update", update.ref) + '\0';
    if (!gone) orders += update.new_sha.text() + '\0';
    orders += update.old_sha.text() + '\0';
  }
  const auto held = TRY(hold());
  const auto [read_end, write_end] = TRY(make_pipe());
  Fd child_end(read_end), our_end(write_end);
  auto child =
      TRY(Child::spawn(plumbing_.command(repo.id, {"update-ref", "--stdin", "-z"}), {child_end.get(), -1, held.get()}));
  child_end = Fd();
  std::string_view left = orders;
  while (!left.empty()) {
    const auto sent = ::write(our_end.get(), left.data(), left.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) break;  // git has ended; its exit says why
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
  our_end = Fd();
  if (child.wait().ok()) return {};
  auto reader = TRY(readers_.borrow(repo.id));
  for (const auto& update : updates) {
    const auto found = TRY(reader->info(update.ref));
    if ((found ? found->sha : Sha::zero()) != update.old_sha) {
      return fail(Errc::conflict, "'{}' of {} has moved meanwhile; look at it again and repeat", update.ref,
                  repo.path());
    }
  }
  return fail(Errc::conflict,
              "'{}' of {} cannot be made, perhaps because a ref of the name of one of its folders exists",
              updates[0].ref, repo.path());
}

}  // namespace sampan::git
