#include "pipeline/log_stream.h"

#include "base/json_struct.h"
#include "base/log.h"
#include "pipeline/run_store.h"

namespace sampan::pipeline {
namespace {

struct StreamLine {
  std::int64_t n = 0;
  std::string text, step;
};
BOOST_DESCRIBE_STRUCT(StreamLine, (), (n, text, step))

struct LinesEvent {
  std::int64_t first_line = 0;
  std::vector<StreamLine> lines;
};
BOOST_DESCRIBE_STRUCT(LinesEvent, (), (first_line, lines))

}  // namespace

void LogStreams::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void LogStreams::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void LogStreams::wake(JobId job) {
  {
    std::lock_guard lock(mutex_);
    rung_.insert(job.value);
  }
  bell_.notify_one();
}

void LogStreams::add(JobId job, std::int64_t from_line, std::shared_ptr<EventStream> stream) {
  Follower follower{job, std::max<std::int64_t>(from_line, 1), 0, std::move(stream), nullptr};
  follower.token =
      room_.hub.subscribe({fmt::format("job-log:{}", job.value)}, [this, job](const std::string&) { wake(job); });
  {
    std::lock_guard lock(mutex_);
    added_.push_back(std::move(follower));
    rung_.insert(job.value);
  }
  bell_.notify_one();
}

void LogStreams::run(const std::stop_token& stop) {
  std::vector<Follower> followers;
  while (!stop.stop_requested()) {
    std::set<std::int64_t> rung;
    {
      std::unique_lock lock(mutex_);
      bell_.wait_for(lock, stop, std::chrono::seconds(15), [this] { return !rung_.empty(); });
      rung.swap(rung_);
      std::move(added_.begin(), added_.end(), std::back_inserter(followers));
      added_.clear();
    }
    std::erase_if(followers, [&](Follower& follower) {
      if (follower.stream->closed()) return true;
      if (!rung.contains(follower.job.value)) return false;
      auto more = pump(follower);
      if (!more) log::warning("pipeline", "the live log of job {} ends: {}", follower.job.value, more.error().message);
      if (more && *more) return false;
      follower.stream->close();
      return true;
    });
  }
  for (Follower& follower : followers) follower.stream->close();
}

Result<bool> LogStreams::pump(Follower& follower) {
  // The state is read before the log: what is written until the job ends is then surely seen.
  const store::JobRow job = TRY(room_.db.read([&](Tx& tx) { return store::load_job(tx, follower.job); }));
  const bool ended = is_final(job.state) && !job.lease_until;
  if (follower.fence != 0 && follower.fence != job.fence) follower.next = 1;  // started once more: a new log
  follower.fence = job.fence;
  auto file = TRY(room_.logs->find({job.run, job.id, job.fence}));
  while (file) {
    const LogSize size = file->size();
    const std::int64_t last = ended ? size.lines : size.complete_lines;
    if (follower.next > last) break;
    follower.next = std::max(follower.next, last - kMostBehind + 1);
    const LogPage page = TRY(file->read(follower.next, std::min<std::int64_t>(last - follower.next + 1, 500)));
    if (page.lines.empty()) break;
    LinesEvent event{page.lines.front().n, {}};
    for (const LogLine& line : page.lines) event.lines.push_back({line.n, line.text, line.step});
    if (!follower.stream->send("lines", to_json(event))) return false;
    follower.next = page.lines.back().n + 1;
  }
  if (ended) follower.stream->send("end", "{}");
  return !ended;
}

}  // namespace sampan::pipeline
