// The queue, leases and runners as rows. Private to the room. No statement here looks at more rows than it returns,
// whatever waits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db.h"
#include "model/ids.h"

namespace sampan::pipeline::store {

struct RunnerRow {
  RunnerId id;
  std::string name, labels, version;  // labels: sorted, with commas between
  std::int64_t capacity = 0;
  Time created_at{};
  std::optional<Time> last_seen_at;
};

Result<std::vector<RunnerRow>> list_runners(Tx& tx);
Result<std::optional<RunnerRow>> find_runner(Tx& tx, std::string_view name);
Result<RunnerRow> load_runner(Tx& tx, RunnerId runner);
Result<RunnerId> insert_runner(Tx& tx, const RunnerRow& runner);
Result<void> save_runner(Tx& tx, const RunnerRow& runner);
Result<void> delete_runner(Tx& tx, RunnerId runner);

// The sets of labels that queued jobs ask for, each once.
Result<std::vector<std::string>> queued_labels(Tx& tx);
Result<std::optional<JobId>> oldest_queued(Tx& tx, std::string_view labels);
// Takes a row that cannot be read out of the queue, without reading it.
Result<void> set_aside(Tx& tx, JobId job, std::string_view reason, Time now);

Result<std::vector<JobId>> leased_to(Tx& tx, RunnerId runner);
Result<std::vector<JobId>> expired_leases(Tx& tx, Time now);
// No lease ends before `until`: runners had nobody to renew them with while the server was down.
Result<void> renew_leases(Tx& tx, Time until);  // all of them
Result<void> move_deadlines(Tx& tx, const JumpWatch::Jump& jump);
Result<void> extend_leases(Tx& tx, Time until);
Result<std::vector<JobId>> past_deadline(Tx& tx, Time now);

}  // namespace sampan::pipeline::store
