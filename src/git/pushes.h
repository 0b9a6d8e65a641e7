// A push from its intention to its event. Refs are moved by git, outside the database, so: intend (pre-receive), act
// (git moves the refs), confirm (post-receive, the end of the process, or the next start; whoever comes first says the
// event, the others find it said).
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/files.h"
#include "base/sync.h"
#include "git/hook_call.h"
#include "git/object_reader.h"
#include "git/store.h"

namespace sampan::git {

// The actor's role, with what the repository's visibility gives everybody who is signed in.
Result<Role> role_on(people::People& people, const Actor& actor, const Repo& repo);

class Pushes {
 public:
  Pushes(Db& db, Clock& clock, EventLog& events, people::People& people, const Plumbing& plumbing,
         ObjectReaders& readers);

  void add_check(std::function<Result<void>(const PushCheck&)> check) { checks_.push_back(std::move(check)); }
  void add_notice(std::function<std::vector<std::string>(const events::PushReceived&)> notice) {
    notices_.push_back(std::move(notice));
  }

  // A receive-pack is about to start: the secret its hooks will show.
  std::string begin(const Repo& repo, const Actor& actor);
  // The phases. unauthenticated when the secret is not that of a push under way. An error of pre_receive refuses the
  // push.
  Result<void> pre_receive(std::string_view secret, std::string_view body);
  Result<std::vector<std::string>> post_receive(std::string_view secret,
                                                std::string_view body);  // lines for who pushed
  // The process has ended, however: confirms when post-receive did not. Forgets the secret. What a process that did not
  // end well has left in the repository is swept once no other push to it is under way.
  void finish(std::string_view secret, bool ended_well);

  // The whole story for an act of the server itself: the same checks, the same event. conflict when a ref is not at its
  // old value.
  Result<PushId> move_refs(const Actor& actor, const Repo& repo, const std::vector<events::RefUpdate>& updates);

  // Waits until no git of an earlier life moves refs any more, then confirms what was left intended.
  Result<void> recover();
  // A descriptor to give a git that will move refs as its stderr: recover() waits until all copies of it are closed. It
  // is the log file.
  Result<Fd> hold() const;

 private:
  struct Active {
    Repo repo;
    Actor actor;
    PushId push;  // guarded by active_
  };
  Result<std::shared_ptr<Active>> active(std::string_view secret);
  Result<void> check(const Actor& actor, const Repo& repo, const HookCall& call);
  Result<PushId> intend(const Actor& actor, const Repo& repo, const HookCall& call);
  // `moved`: what git said; nullopt: let the refs decide. nullopt back: it was confirmed before, or nothing moved.
  Result<std::optional<events::PushReceived>> confirm(PushId push, std::optional<std::set<std::string>> moved);
  Result<std::set<std::string>> moved_by_refs(const Push& push);
  Result<void> adopt_default_branch(Repo& repo, const std::vector<events::RefUpdate>& moved);
  Result<void> update_refs(const Repo& repo, const std::vector<events::RefUpdate>& updates);
  Result<void> sweep(RepoId repo, const std::vector<PushId>& pushes);
  // How it went could not be written down: again each second until it can.
  void confirm_later(PushId push);
  void go_on_confirming(std::stop_token stop);

  Db& db_;
  Clock& clock_;
  EventLog& events_;
  people::People& people_;
  const Plumbing& plumbing_;
  ObjectReaders& readers_;
  std::vector<std::function<Result<void>(const PushCheck&)>> checks_;
  std::vector<std::function<std::vector<std::string>(const events::PushReceived&)>> notices_;
  struct UnderWay {
    std::unordered_map<std::string, std::shared_ptr<Active>> by_secret;
    std::unordered_map<std::int64_t, std::vector<PushId>> unswept;  // by repository: pushes that did not end well
  };
  Sync<UnderWay> active_;
  std::mutex unconfirmed_mutex_;
  std::condition_variable_any unconfirmed_bell_;
  std::set<std::int64_t> unconfirmed_;
  std::jthread confirmer_;  // from the first unconfirmed push on; ends first
};

}  // namespace sampan::git
