// What scanning found in each repository, and where it stands: new or known, dismissed by whom and why, over a red line
// or not. Every push is scanned; one that brings a secret is refused. Results of other tools join them.
// hears: PushReceived.   says: nothing.   owns: commit_scan, scanned_file, past_secret, handed_in, dismissal, red_line.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db.h"
#include "base/events.h"
#include "git/git.h"
#include "model/route.h"
#include "people/people.h"
#include "scan/crew.h"

namespace sampan::findings {

struct Config {
  std::string public_url;                     // links to pages in what a push is told
  std::string advisories;                     // the file of `sampan advisories import`; it need not exist
  bool pushes = true;                         // false: only what people ask for is scanned, and no push is refused
  std::chrono::milliseconds patience{1'000};  // a push's answer waits so long for its scan, which then goes on
  scan::Crew::Config crew{};                  // the processes in which rules run
};

struct Counts {
  std::int64_t blocker = 0, critical = 0, major = 0;
  std::int64_t all() const { return blocker + critical + major; }
  bool operator==(const Counts&) const = default;
};
BOOST_DESCRIBE_STRUCT(Counts, (), (blocker, critical, major))

enum class ScanState { queued, done, failed };
BOOST_DESCRIBE_ENUM(ScanState, queued, done, failed)

// The scan of one commit. Counts are of all that was found, dismissed or not.
struct CommitScan {
  std::int64_t id = 0;
  RepoId repo;
  Sha commit, base;  // base: what `fresh` is measured against; zero: nothing, then everything is fresh
  std::string ref;   // "refs/heads/main": the first it was scanned for; empty: somebody asked for the commit
  std::string rule_set;
  ScanState state = ScanState::queued;
  std::string reason;      // of a failed one: what refused, in its words
  std::int64_t files = 0;  // read for this scan; files already known are not read again
  Counts found, fresh;
  std::int64_t gaps = 0;
  std::chrono::microseconds took{0};
  Time created_at{};
  std::optional<Time> finished_at;
};

// What another tool found in a commit, as it was handed in last. `base`: the commit whose results of the same tool
// `fresh` is measured against: the base of the commit's scan where it has such, else the ancestor that was handed in
// last; zero: there is none, and then nothing is fresh.
struct HandedIn {
  RepoId repo;
  Sha commit;
  std::string tool;
  Sha base;
  Counts found, fresh;
  std::int64_t gaps = 0, suppressed = 0;
  std::string by;
  Time at{};
};
// As it travels: who asks names the commit.
BOOST_DESCRIBE_STRUCT(HandedIn, (), (tool, base, found, fresh, gaps, suppressed, by, at))
// A file of results (SARIF 2.1.0, scan/sarif.h).
struct Results {
  std::string sarif;
  std::string tool{};  // its name in the lists; empty: as the file has it. A file of several tools takes none
  std::string root{};  // the absolute path of the code where the tool looked at it; empty: as the file says
};

// How many findings of a severity a branch may have. Absent lines: the limits of the commit's .sampan/scan.yaml.
enum class LineScope { all, fresh };
BOOST_DESCRIBE_ENUM(LineScope, all, fresh)
struct RedLine {
  std::string branch;  // a pattern (base/text.h, glob_match) over "main", "release/1"
  scan::Severity severity = scan::Severity::blocker;
  LineScope scope = LineScope::all;
  std::int64_t most = 0;
};
BOOST_DESCRIBE_STRUCT(RedLine, (), (branch, severity, scope, most))
// A red line, and what stands against it; crossed when `count` is more than `most`.
struct LineCount : RedLine {
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(LineCount, (RedLine), (count))

// passed: looked at whole and below every line; failed: over one; unknown: not scanned, or not everything could be
// looked at. Dismissed findings do not count.
enum class GateState { passed, failed, unknown };
BOOST_DESCRIBE_ENUM(GateState, passed, failed, unknown)
struct Verdict {
  GateState state = GateState::unknown;
  scan::Text reason;                     // one sentence; of a failed one the line and the count
  std::vector<scan::Finding> offenders;  // of the lines that are crossed
  std::vector<LineCount> lines{};        // all that hold for the branch; none before the scan is done
};

class Findings {
 public:
  Findings(Db& db, Clock& clock, EventLog& events, git::Git& git, people::People& people, Config config);
  ~Findings();
  // Registers the listener, the check of pushes and their notice. Call once, before EventLog::start().
  void connect();
  Result<void> recover();  // scans that were queued or under way when the server stopped begin again
  void start();
  void hurry();  // stop() is near: what is not scanned in two seconds is given up; a commit is done at the next start
  void stop();
  // Call now and then. Once a day, from the first call on, forgets what files held by rule sets that no repository uses
  // any more: neither the last commit of its default branch nor the last scan of any branch it has. A commit that was
  // scanned by one of them must be scanned again.
  Result<void> collect();

  // What a merge, a deployment or a person asks before going on. `branch`: whose red lines count, short.
  Result<Verdict> gate(const git::Repo& repo, const Sha& commit, std::string_view branch);

  // Each tool of the file has its results at the commit replaced by them; a commit that is not scanned yet will be.
  // invalid: no SARIF, or results of our own engines, which scan every push by themselves.
  Result<std::vector<HandedIn>> hand_in(const Actor& actor, const git::Repo& repo, const Sha& commit,
                                        const Results& results);

  std::vector<Route> routes();

  struct State;  // private to the room

 private:
  std::unique_ptr<State> state_;
};

}  // namespace sampan::findings
