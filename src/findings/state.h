// The parts of findings, put together once.
#pragma once

#include <condition_variable>
#include <deque>
#include <set>
#include <thread>

#include "base/sync.h"
#include "findings/findings.h"
#include "findings/standing.h"
#include "findings/store.h"

namespace sampan::findings {

struct Findings::State {
  Db& db;
  Clock& clock;
  EventLog& events;
  git::Git& git;
  people::People& people;
  const Config config;

  struct Work {
    std::deque<CommitScan> queue;
    std::set<std::int64_t> pending;          // ids of those queued or under way
    bool leaving = false, stopping = false;  // leaving: a scan that fails now is done at the next start
  };
  Sync<Work> work;
  std::condition_variable changed;
  scan::Crew crew;
  std::vector<std::jthread> workers;
  Sync<std::optional<Time>> collected_at;  // as collect() last began

  State(Db& db_, Clock& clock_, EventLog& events_, git::Git& git_, people::People& people_, Config config_)
      : db(db_),
        clock(clock_),
        events(events_),
        git(git_),
        people(people_),
        config(std::move(config_)),
        crew(config.crew) {}

  // The rows of the push's branches, made when they are not there yet; a deleted branch has none.
  Result<std::vector<CommitScan>> scans_of(const events::PushReceived& push);
  // `ref` is empty when nobody pushed the commit: it is measured against its first parent. The first ref that comes
  // for such a scan takes it over.
  Result<CommitScan> scan_of(const git::Repo& repo, const Sha& commit, const std::string& ref, const Sha& old);
  Result<Sha> base_of(const git::Repo& repo, const Sha& commit, const std::string& ref, const Sha& old);
  void enqueue(const CommitScan& scan);  // nothing when it is done, queued or under way
  bool wait_for(std::int64_t id, std::chrono::steady_clock::time_point until);  // false: it is not done yet
  Result<void> do_scan(CommitScan scan);
  void run();

  Result<void> check_push(const git::PushCheck& push);                // push_guard.cc
  std::vector<std::string> notice(const events::PushReceived& push);  // notice.cc
};

// The language of somebody's terminal: what the profile says.
struct Voice {
  bool chinese = false;
  const std::string& of(const scan::Text& text) const { return chinese ? text.zh : text.en; }
};
Voice voice_of(Findings::State& state, UserId user);

inline constexpr std::size_t kMostBytesRead = 16 << 20;  // of one file; what is larger is not code

// Files of a repository, or of a push, as blobs have them, and by which rules they are looked at.
struct BlobsToScan {
  const git::Repo& repo;
  const scan::Order& order;
  const std::vector<FileKey>& keys;
  const git::PushCheck* push = nullptr;
};
// What came of some keys, from `first` on, in their order; nullopt: over kMostBytesRead.
using TakeScanned = std::function<Result<void>(std::size_t first, std::vector<std::optional<scan::Scanned>> scanned)>;
// An error of `take` ends it. unavailable: there is nobody to scan.
Result<void> scan_blobs(Findings::State& state, const BlobsToScan& asked, const TakeScanned& take);

// What a commit holds, as its scan knows it.
struct Held {
  CommitScan scan;
  std::vector<scan::Finding> findings;  // in the order of paths and lines
  std::vector<scan::Gap> gaps;
};
// not_found: the commit is not scanned.
Result<Held> findings_at(Findings::State& state, const git::Repo& repo, const Sha& commit);
// Fresh is what the scan's base did not have.
Result<std::vector<Standing>> standings_of(Findings::State& state, const git::Repo& repo, Held held);
// `.sampan/scan.yaml` of the commit, and its text; a broken one counts as absent and is named in `gap`.
struct CommitSettings {
  scan::Settings settings;
  std::string rule_set;   // of files: a hash of the program's rules and of the file's text
  std::string all_rules;  // that, the advisories and the day: of counts
  std::optional<scan::Gap> gap;
};
Result<CommitSettings> settings_at(Findings::State& state, const git::Repo& repo, const Sha& commit);
// The packages of a commit, looked up: an outcome under a key that stands for a file of the tree. It is made of the
// manifests, the advisories and the day, since an advisory file grows old: made when it is not there yet. nullopt: no
// manifest.
Result<std::optional<FileKey>> packages_at(Findings::State& state, const git::Repo& repo, const CommitSettings& with,
                                           const std::vector<git::TreeFile>& files);
std::string advisories_stamp(const Findings::State& state);  // changes when they are imported anew
std::int64_t day_of(Time now);

// Those of a done scan that its base did not have.
Result<std::vector<scan::Finding>> fresh_of(Findings::State& state, const git::Repo& repo, const CommitScan& scan);
// Fills the scan: reads what is not known, counts, compares with its base.
Result<void> scan_commit(Findings::State& state, const git::Repo& repo, CommitScan& scan);

// The first of `among` that `of` comes from; zero: none. One process of git for each.
Result<Sha> first_ancestor(Findings::State& state, const git::Repo& repo, const std::vector<Sha>& among, const Sha& of);
constexpr int kMostAncestors = 20;  // looked at, where nothing nearer is known

// What other tools found in a commit (handed_in.cc).
struct Foreign {
  std::vector<scan::Finding> findings;
  std::vector<scan::Gap> gaps;
};
Result<Foreign> foreign_at(Findings::State& state, const git::Repo& repo, const Sha& commit);
// Those that the commits they are measured against did not have.
Result<std::vector<scan::Finding>> fresh_foreign(Findings::State& state, const git::Repo& repo, const Sha& commit);
Result<std::vector<HandedIn>> hand_in(Findings::State& state, const Actor& actor, const git::Repo& repo,
                                      const Sha& commit, const Results& results);
// The scan as people see it: with what was handed in counted.
Result<CommitScan> with_foreign(Findings::State& state, CommitScan scan);

// past.cc
struct LeftBehind {
  const std::vector<FileKey>& held;        // of the commit: those that differ from the base
  const std::vector<scan::Finding>& gone;  // what the base had and the commit has not
};
// Keeps the secrets that commits since the scan's base wrote and the commit has not.
Result<void> look_back(Findings::State& state, const git::Repo& repo, const CommitScan& scan,
                       const CommitSettings& with, const LeftBehind& left);
// Those that the commit's history has and the commit itself has not. Fresh: the scan's base does not reach them.
Result<std::vector<Standing>> past_of(Findings::State& state, const git::Repo& repo, const Held& held);

// With its line in the audit log.
Result<std::int64_t> dismiss(Findings::State& state, Tx& tx, const Actor& actor, const git::Repo& repo,
                             const Dismissal& dismissal);

Result<Verdict> verdict_of(Findings::State& state, const git::Repo& repo, const Sha& commit, std::string_view branch);

// Of `:group` and `:repo` in the route's pattern.
inline Result<git::Repo> repo_of(Findings::State& state, const Request& request) {
  return state.git.find_repo(request.param("group"), request.param("repo"));
}
std::vector<Route> finding_routes(Findings::State& state);
std::vector<Route> rule_routes(Findings::State& state);  // dismissals, red lines, gate
std::vector<Route> sarif_routes(Findings::State& state);

}  // namespace sampan::findings
