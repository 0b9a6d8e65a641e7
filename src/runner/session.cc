#include "runner/session.h"

#include <unistd.h>

#include <boost/json.hpp>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "runner/event_reader.h"

namespace sampan::runner {

namespace {

// News of a job goes to the server; an error other than "not ours" never gets here, since reports are repeated.
class ServerObserver final : public Observer {
 public:
  ServerObserver(Reports& reports, JobKey key, std::stop_token stop) : reports_(reports), key_(key), stop_(std::move(stop)) {}
  Result<void> step(const StepReport& report, const std::map<std::string, std::string>& variables) override { return reports_.steps(key_, {report}, variables, stop_); }
  Result<void> image(std::string_view step, std::string_view name, const BuiltImage& image) override {
    return reports_.image(key_, step, name, image.image, image.digest, stop_);
  }
  Result<void> artifact(const Upload& upload) override { return reports_.artifact(key_, upload, stop_); }
  Result<void> junit(std::string_view step, std::string_view name, std::string_view xml) override { return reports_.junit(key_, step, name, xml, stop_); }
  Result<void> download(std::string_view artifact, const std::string& file) override { return reports_.download(artifact, file); }
  Result<void> caches(const std::vector<CacheReport>& caches) override { return reports_.caches(key_, caches, stop_); }

 private:
  Reports& reports_;
  JobKey key_;
  std::stop_token stop_;
};

std::vector<std::string> secrets_of(const Order& order) {
  auto all = order.mask;
  for (const auto& secret : order.secrets) all.push_back(secret.value);
  all.push_back(order.token);
  return all;
}

}  // namespace

Session::Session(HttpClient& http, const Config& config) : http_(http), config_(config), reports_(http, config) {}

Result<void> Session::run(std::stop_token stop) {
  std::jthread stream([this](std::stop_token own) { follow_stream(own); });
  const std::stop_callback on_stop(stop, [this] { beat_bell_.notify_all(); });
  while (!stop.stop_requested() && !refused_) {
    if (!beat()) break;
    std::unique_lock lock(beat_mutex_);
    beat_bell_.wait_for(lock, stop, std::chrono::milliseconds(lease_ms_ / 3), [] { return false; });
  }
  stream.request_stop();
  // Running jobs get a minute; then they are ended and the server gives them to another runner.
  for (int i = 0; i < 600 && !reap().empty() && !refused_; ++i) {
    if (i % 50 == 0) beat();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // nothing to wait on: jobs end by themselves
  }
  reports_stop_.request_stop();
  for (const auto& key : reap()) end(key, "the runner stops", true);
  jobs_.lock()->clear();  // joins
  if (refused_) return fail(Errc::unauthenticated, "the server refuses this runner's token");
  return {};
}

bool Session::beat() {
  const auto answer = reports_.heartbeat(reap());
  if (!answer.has_value()) {
    if (answer.error().code == Errc::unauthenticated) {
      log::error("runner", "{}", answer.error().message);
      refused_ = true;
      return false;
    }
    log::debug("runner", "no heartbeat: {}", answer.error().message);
    return true;
  }
  for (const auto& key : answer->lost) end(key, "the server gave this job to somebody else", true);
  for (const auto& [key, reason] : answer->canceled) end(key, reason, false);
  return true;
}

void Session::follow_stream(std::stop_token stop) {
  auto pause = std::chrono::milliseconds(50);
  while (!stop.stop_requested() && !refused_) {
    OutboundRequest request;
    request.url = fmt::format("{}/api/v1/runner/stream?{}", config_.server,
                              form_encode({{"name", config_.name}, {"version", SAMPAN_VERSION}, {"capacity", std::to_string(config_.capacity)}, {"labels", config_.labels}}));
    request.headers = {{"Authorization", "Bearer " + config_.token}, {"Accept", "text/event-stream"}};
    request.timeout = std::chrono::seconds(40);  // the server says something every 15
    EventReader reader([this](std::string_view event, std::string_view data) { on_event(event, data); });
    bool heard = false;
    const auto status = http_.stream(request, [&](std::string_view bytes) {
      heard = true;
      reader.feed(bytes);
      return !stop.stop_requested();
    });
    if (stop.stop_requested()) return;
    pause = heard && status.has_value() && *status == 200 ? std::chrono::milliseconds(50) : std::min(pause * 2, std::chrono::milliseconds(2'000));
    std::unique_lock lock(beat_mutex_);
    beat_bell_.wait_for(lock, stop, pause, [] { return false; });
  }
}

void Session::on_event(std::string_view event, std::string_view data) {
  if (event == "job") return start(data);
  const auto document = parse_json(data);
  if (!document.has_value() || !document->is_object()) return;
  const auto& object = document->as_object();
  if (event == "hello") {
    if (const auto* lease = object.if_contains("lease_ms"); lease && lease->is_int64()) lease_ms_ = std::clamp<std::int64_t>(lease->as_int64(), 300, 600'000);
    beat_bell_.notify_all();  // right after connecting: renew
  } else if (event == "cancel") {
    const auto number = [&object](std::string_view key) { return object.contains(key) && object.at(key).is_int64() ? object.at(key).as_int64() : 0; };
    const auto* reason = object.if_contains("reason");
    end({number("job"), number("fence")}, reason && reason->is_string() ? std::string(reason->as_string()) : "canceled", false);
  }
}

void Session::start(std::string_view json) {
  const auto order = parse_order(json);
  if (!order.has_value()) {
    log::error("runner", "{}", order.error().message);
    return;
  }
  const JobKey key{order->job, order->fence};
  auto jobs = jobs_.lock();
  if (jobs->contains(key)) return;  // sent again: we have it
  auto& running = (*jobs)[key];
  running = std::make_unique<Running>();
  running->thread = std::jthread([this, &running = *running, order = *order] { run_job(running, order); });
}

void Session::end(JobKey key, const std::string& reason, bool lost) {
  auto jobs = jobs_.lock();
  const auto found = jobs->find(key);
  if (found == jobs->end() || found->second->cancel.asked) return;
  found->second->lost = lost;
  found->second->cancel.reason = reason;
  found->second->cancel.asked = true;
}

std::vector<JobKey> Session::reap() {
  std::vector<JobKey> running;
  auto jobs = jobs_.lock();
  for (auto at = jobs->begin(); at != jobs->end();) {
    if (at->second->done) {
      at = jobs->erase(at);
    } else {
      if (!at->second->lost) running.push_back(at->first);
      ++at;
    }
  }
  return running;
}

void Session::run_job(Running& running, const Order& order) {
  const JobKey key{order.job, order.fence};
  const auto folder = fmt::format("{}/jobs", config_.folder), spool = fmt::format("{}/{}-{}.log", folder, key.job, key.fence);
  auto sink = SpoolSink::create(spool, Masker(secrets_of(order)), reports_, key);
  if (!sink.has_value()) {
    if (const auto told = reports_.finish(key, "failed", sink.error().message, SystemClock().now(), reports_stop_.get_token()); !told.has_value()) {
      log::warning("runner", "job {}: {}", key.job, told.error().message);
    }
    running.done = true;
    return;
  }
  ServerObserver observer(reports_, key, reports_stop_.get_token());
  Job job(config_, order, {fmt::format("{}/{}-{}", folder, key.job, key.fence), config_.folder + "/caches", config_.folder + "/images", ""}, **sink, observer, running.cancel);
  const auto verdict = job.run();
  if (!running.lost && (*sink)->drain()) {
    const auto told = reports_.finish(key, verdict.state, verdict.reason, SystemClock().now(), reports_stop_.get_token());
    if (!told.has_value()) log::warning("runner", "job {}: {}", key.job, told.error().message);
  }
  sink->reset();
  ::unlink(spool.c_str());
  running.done = true;
}

}  // namespace sampan::runner
