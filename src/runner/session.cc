#include "runner/session.h"

#include <unistd.h>

#include <boost/json.hpp>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "runner/event_reader.h"

namespace sampan::runner {

namespace {

constexpr std::chrono::milliseconds kLeastPause{50}, kMostPause{5'000};
constexpr std::chrono::milliseconds kGatherMore{3};  // a step's end and the next one's beginning, or the job's end
constexpr std::chrono::seconds kComingBack{5};       // what begins just after a break may still meet its end
constexpr std::chrono::seconds kMostSilence{40};     // the server says something every 15

// News of a job goes to the server; when that says the job is not ours, the job ends.
class ServerObserver final : public Observer {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  ServerObserver(Reports& reports, JobKey key, Cancel& cancel, const std::atomic<Moment>& broke_at)
      : reports_(reports), key_(key), cancel_(cancel), broke_at_(broke_at), teller_([this](std::stop_token stop) {
          tell(stop);
        }) {}
  ~ServerObserver() override { teller_.request_stop(); }
  // A step does not wait until the server knows of it: told in order by a thread, several at once when they pile up or
  // follow each other closely.
  Result<void> step(const StepReport& report, const std::map<std::string, std::string>& variables) override {
    const std::lock_guard lock(mutex_);
    news_.push_back(report);
    for (const auto& [key, value] : variables) variables_[key] = value;
    changed_.notify_all();
    return {};
  }
  // What was not told yet, after which nothing is told any more.
  void take_rest(Rest& rest) {
    std::unique_lock lock(mutex_);
    ended_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !telling_; });
    rest.updates = std::exchange(news_, {});
    rest.variables = std::exchange(variables_, {});
  }
  Result<void> image(std::string_view step, std::string_view name, const BuiltImage& image) override {
    return heed(reports_.image(key_, step, name, image.image, image.digest));
  }
  Result<void> artifact(const Upload& upload) override { return heed(reports_.artifact(key_, upload)); }
  Result<void> junit(std::string_view step, std::string_view name, std::string_view xml) override {
    return heed(reports_.junit(key_, step, name, xml));
  }
  Result<void> sarif(std::string_view step, std::string_view tool, std::string_view text) override {
    return heed(reports_.sarif(key_, step, tool, text));
  }
  Result<void> metrics(std::string_view step, const std::vector<MetricReport>& metrics) override {
    return heed(reports_.metrics(key_, step, metrics));
  }
  Result<void> download(std::string_view artifact, const std::string& file) override {
    return heed(reports_.download(artifact, file));
  }
  Result<void> caches(const std::vector<CacheReport>& caches) override { return heed(reports_.caches(key_, caches)); }
  Result<bool> server_was_away(Moment since) override {
    return TRY(reports_.await_server()) || broke_at_.load() + kComingBack >= since;
  }

 private:
  Result<void> heed(Result<void> said) {
    if (!said.has_value() && said.error().code == Errc::conflict) cancel_.ask(Cancel::Why::lost, said.error().message);
    return said;
  }

  void tell(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    for (auto gather = reports_.gather(); changed_.wait(lock, stop, [this] { return !news_.empty(); });
         gather = kGatherMore) {
      changed_.wait_for(lock, stop, gather, [this] { return ended_; });
      if (ended_) return;
      const auto news = std::exchange(news_, {});
      const auto variables = std::exchange(variables_, {});
      telling_ = true;
      lock.unlock();
      if (const auto told = heed(reports_.steps(key_, news, variables)); !told.has_value())
        log::warning("runner", "job {}: {}", key_.job, told.error().message);
      lock.lock();
      telling_ = false;
      changed_.notify_all();
    }
  }

  Reports& reports_;
  JobKey key_;
  Cancel& cancel_;
  const std::atomic<Moment>& broke_at_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<StepReport> news_;                  // not told yet
  std::map<std::string, std::string> variables_;  // set since
  bool telling_ = false, ended_ = false;
  std::jthread teller_;
};

std::optional<JobKey> key_of(const Json& document) {
  if (!document.is_object()) return std::nullopt;
  const auto number = [&](std::string_view name) -> std::int64_t {
    const auto* value = document.as_object().if_contains(name);
    return value && value->is_int64() ? value->as_int64() : 0;
  };
  const JobKey key{number("job"), number("fence")};
  return key.job > 0 ? std::optional(key) : std::nullopt;
}

}  // namespace

Session::Session(HttpClient& http, const Config& config)
    : http_(http),
      config_(config),
      folders_{config.folder, config.repositories, config.advisories},
      job_folders_(folders_.jobs()),
      launcher_(config.launch_program),
      advisories_(folders_.advisories()),
      reports_(http, config_, reports_stop_.get_token()) {
  launcher_.keep_helper();
}

Session::~Session() {
  reports_stop_.request_stop();
  for (auto& [key, running] : jobs_) running->cancel.ask(Cancel::Why::lost, "the runner stops");
}

void Session::pause(std::unique_lock<std::mutex>& lock, std::stop_token stop, std::chrono::milliseconds length,
                    bool& bell) {
  changed_.wait_for(lock, stop, length, [&bell] { return bell; });
  bell = false;
}

Result<void> Session::run(std::stop_token stop, std::chrono::milliseconds patience) {
  std::jthread stream([this](std::stop_token own) { follow_stream(own); });
  bool refused = false;
  while (!stop.stop_requested()) {
    launcher_.keep_helper();
    refused = !beat();
    // A server that comes back without its tokens may find them again: steps are worth waiting for.
    if (refused && reap().empty()) break;
    std::unique_lock lock(mutex_);
    pause(lock, stop, std::chrono::milliseconds(lease_ms_ / 3), beat_now_);
  }
  stream.request_stop();
  finish_up(patience);
  if (refused) return fail(Errc::unauthenticated, "the server at {} refuses this runner's token", config_.server);
  return {};
}

void Session::finish_up(std::chrono::milliseconds patience) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  const auto end_of_patience = std::chrono::steady_clock::now() + patience;
  while (!reap().empty() && std::chrono::steady_clock::now() < end_of_patience) {
    beat();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_of_patience - std::chrono::steady_clock::now());
    std::unique_lock lock(mutex_);
    pause(lock, {}, std::min(std::chrono::milliseconds(lease_ms_ / 3), left), job_done_);
  }
  // What is left is given to another runner by the server, once the lease is over.
  reports_stop_.request_stop();
  for (const auto& key : reap()) end(key, Cancel::Why::lost, "the runner stops");
  while (!reap().empty()) {
    std::unique_lock lock(mutex_);
    pause(lock, {}, kMostPause, job_done_);
  }
}

bool Session::beat() {
  const auto answer = reports_.heartbeat(reap());
  if (!answer.has_value()) {
    const bool refused = answer.error().code == Errc::unauthenticated;
    log::write(refused && !refused_ ? log::Level::error : log::Level::debug, "runner", answer.error().message);
    refused_ = refused;
    return !refused;
  }
  refused_ = false;
  for (const auto& key : answer->lost) end(key, Cancel::Why::lost, "the server gave this job to somebody else");
  for (const auto& [job, fence, reason] : answer->canceled) end({job, fence}, Cancel::Why::asked, reason);
  return true;
}

void Session::follow_stream(std::stop_token stop) {
  auto length = kLeastPause;
  bool never = false;
  while (!stop.stop_requested()) {
    auto request = reports_.request(
        Method::get, "/api/v1/runner/stream?" + form_encode({{"name", config_.name},
                                                             {"version", SAMPAN_VERSION},
                                                             {"capacity", std::to_string(config_.capacity)},
                                                             {"labels", config_.labels}}));
    request.headers.emplace_back("Accept", "text/event-stream");
    request.timeout = kMostSilence;
    request.stop = stop;
    EventReader reader([this](std::string_view event, std::string_view data) { on_event(event, data); });
    const auto status = http_.stream(request, [&](std::string_view bytes) {
      reader.feed(bytes);
      if (reader.heard()) length = kLeastPause;  // it speaks to us: a break from here on is a new one
      return !stop.stop_requested();
    });
    broke_at_ = std::chrono::steady_clock::now();
    if (!status.has_value())
      log::debug("runner", "the stream of orders broke: {}", status.error().message);
    else if (*status != 200)
      log::warning("runner", "the server answers {} to the stream of orders", *status);
    std::unique_lock lock(mutex_);
    pause(lock, stop, length, never);
    length = std::min(length * 2, kMostPause);
  }
}

void Session::on_event(std::string_view event, std::string_view data) {
  if (event == "job") return take_order(data);
  const auto document = parse_json(data);
  if (event == "error") log::error("runner", "the server says: {}", data);
  if (!document.has_value() || !document->is_object()) return;
  if (event == "hello") {
    const std::lock_guard lock(mutex_);
    if (const auto* lease = document->as_object().if_contains("lease_ms"); lease && lease->is_int64())
      lease_ms_ = std::clamp<std::int64_t>(lease->as_int64(), 30, 600'000);
    beat_now_ = true;  // right after connecting: renew
    changed_.notify_all();
  } else if (const auto key = key_of(*document); event == "cancel" && key) {
    const auto* reason = document->as_object().if_contains("reason");
    end(*key, Cancel::Why::asked, reason && reason->is_string() ? std::string(reason->as_string()) : "canceled");
  }
}

void Session::take_order(std::string_view json) {
  auto order = parse_order(json);
  if (order.has_value()) {
    const JobKey key{order->job, order->fence};
    return start(key, [this, order = std::move(*order)](Running& running) { run_job(running, order); });
  }
  log::error("runner", "{}", order.error().message);
  const auto document = parse_json(json);
  const auto key = document.has_value() ? key_of(*document) : std::nullopt;
  if (!key) return;
  start(*key, [this, key = *key, message = order.error().message](Running&) {
    const auto sentence =
        fmt::format("the runner '{}' ({}) does not understand the order: {}", config_.name, SAMPAN_VERSION, message);
    if (const auto told = reports_.finish(key, "failed", sentence, SystemClock().now(), {}); !told.has_value())
      log::warning("runner", "job {}: {}", key.job, told.error().message);
  });
}

void Session::start(JobKey key, std::function<void(Running&)> work) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || jobs_.contains(key)) return;  // sent again: we have it
  auto& running = *(jobs_[key] = std::make_unique<Running>());
  running.thread = std::jthread([this, &running, work = std::move(work)] {
    work(running);
    const std::lock_guard done(mutex_);
    running.done = job_done_ = true;
    changed_.notify_all();
  });
}

void Session::end(JobKey key, Cancel::Why why, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (const auto found = jobs_.find(key); found != jobs_.end()) found->second->cancel.ask(why, reason);
}

std::vector<JobKey> Session::reap() {
  std::vector<JobKey> left;
  std::vector<std::unique_ptr<Running>> done;  // joined after the lock is free
  const std::lock_guard lock(mutex_);
  for (auto at = jobs_.begin(); at != jobs_.end();) {
    if (at->second->done) {
      done.push_back(std::move(at->second));
      at = jobs_.erase(at);
    } else {
      if (!at->second->cancel.is(Cancel::Why::lost) || stopping_) left.push_back(at->first);
      ++at;
    }
  }
  return left;
}

void Session::renew_advisories(const Order& order, Sink& sink) {
  if (!config_.advisories.empty() || !order.advisories) return;
  const auto renewed = advisories_.renew(
      *order.advisories, [&](const std::string& file) { return reports_.advisories(*order.advisories, file); });
  if (!renewed.has_value())
    sink.line(fmt::format("the advisories of the server were not fetched: {}", renewed.error().message));
}

void Session::run_job(Running& running, const Order& order) {
  const JobKey key{order.job, order.fence};
  auto folder = job_folders_.take();
  const auto finish = [&](const Verdict& verdict, Rest rest) {
    const auto told = reports_.finish(key, verdict.state, verdict.reason, SystemClock().now(), std::move(rest));
    if (!told.has_value()) log::warning("runner", "job {}: {}", key.job, told.error().message);
  };
  log::info("runner", "job {} ({} of {}) begins", key.job, order.job_key, order.repo_path);
  auto sink = SpoolSink::create(folder.path + ".log", Masker(secrets_of(order)), reports_, key, running.cancel);
  if (!sink.has_value()) {
    job_folders_.give_back(std::move(folder));
    return finish({"failed", sink.error().message}, {});
  }
  renew_advisories(order, **sink);
  ServerObserver observer(reports_, key, running.cancel, broke_at_);
  const JobPlace place{folders_, folder.path, launcher_, "", config_.server.starts_with("http://"), &folder.cgroup};
  std::optional<Job> job(std::in_place, order, place, **sink, observer, running.cancel);
  const auto verdict = job->run();
  log::info("runner", "job {} {}{}", key.job, verdict.state, verdict.reason.empty() ? "" : ": " + verdict.reason);
  auto rest = (*sink)->take_rest();
  if (rest || (*sink)->drain()) {
    if (!rest) rest.emplace();
    observer.take_rest(*rest);
    if (!running.cancel.is(Cancel::Why::lost)) finish(verdict, std::move(*rest));
  }
  job.reset();  // cleans its folder, which the next job need not wait for
  sink->reset();
  job_folders_.give_back(std::move(folder));
}

}  // namespace sampan::runner
