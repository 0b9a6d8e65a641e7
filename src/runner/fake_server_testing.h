// The server's side of docs/formats/runner.md in memory, for the tests of a session. Included by them only.
#pragma once

#include <boost/json.hpp>
#include <condition_variable>
#include <mutex>

#include "base/crypto.h"
#include "base/http_client.h"
#include "base/json.h"
#include "runner/wire.h"

namespace sampan::runner::testing {

namespace json = boost::json;

// It can be away, lose jobs and refuse tokens.
class FakeServer final : public HttpClient {
 public:
  Result<OutboundResponse> send(const OutboundRequest& request) override {
    std::unique_lock lock(mutex_);
    changed_.notify_all();
    if (away_) return fail(Errc::unavailable, "connection refused");
    if (refuses_) ++refusals_;
    if (refuses_) return OutboundResponse{401, {}, "no such token"};
    const auto path = request.url.substr(request.url.find("/runner/") + 8);
    calls_.push_back(path.substr(0, path.find('?')));
    if (path == "heartbeat") return beat(request.body);
    if (lost_) return OutboundResponse{409, {}, "not yours"};
    if (path.find("/log?") != std::string::npos) return log(path, request.body);
    if (path.ends_with("/steps")) said_ += request.body + "\n";
    if (path.ends_with("/finish")) finish(path, request.body);
    if (path.find("/artifacts/") != std::string::npos)
      return OutboundResponse{200, {}, "{\"id\":1,\"sha256\":\"x\",\"size\":1}"};
    return OutboundResponse{204, {}, ""};
  }

  Result<int> stream(const OutboundRequest& request, const std::function<bool(std::string_view)>& on_data) override {
    if (request.url.find("/advisories/") != std::string::npos) {
      const std::lock_guard lock(mutex_);
      ++fetches_;
      on_data(advisories_);
      return 200;
    }
    const auto generation = open_stream();
    if (!generation) return fail(Errc::unavailable, "connection refused");
    const std::stop_callback on_stop(request.stop, [this] { changed_.notify_all(); });
    on_data("event: hello\ndata: {\"server_version\":\"1\",\"lease_ms\":90}\n\n");
    while (true) {
      std::string events;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] {
          return !events_.empty() || away_ || generation != generation_ || request.stop.stop_requested();
        });
        if (away_ || generation != generation_ || request.stop.stop_requested()) return 200;
        events = std::exchange(events_, "");
      }
      if (!on_data(events)) return 200;
    }
  }

  void give(std::string_view event, std::string_view data) {
    change([&] { events_ += fmt::format("event: {}\ndata: {}\n\n", event, data); });
  }
  void go_away() {
    change([&] { away_ = true; });
  }
  void come_back() {
    change([&] { away_ = false, ++generation_; });
  }
  void lose_everything() {
    change([&] { lost_ = true; });
  }
  void refuse() {
    change([&] { refuses_ = true; });
  }
  void cancel(JobKey key) {
    change([&] { canceled_.push_back(key); });
  }
  bool wait(const std::function<bool(FakeServer&)>& condition) {
    std::unique_lock lock(mutex_);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition(*this)) {
      if (changed_.wait_until(lock, end) == std::cv_status::timeout) return false;
    }
    return true;
  }

  std::map<std::int64_t, std::string> logs_;
  std::string log_, said_;  // of job 7; of all
  std::string advisories_;
  int fetches_ = 0;  // of them
  std::vector<std::string> finished_, calls_;
  int beats_ = 0, streams_ = 0, refusals_ = 0;
  std::vector<JobKey> last_beat_;
  std::mutex mutex_;

 private:
  template <class F>
  void change(F&& f) {
    const std::lock_guard lock(mutex_);
    f();
    changed_.notify_all();
  }
  std::optional<int> open_stream() {
    const std::lock_guard lock(mutex_);
    if (away_) return std::nullopt;
    ++streams_;
    changed_.notify_all();
    return generation_;
  }
  OutboundResponse beat(const std::string& body) {
    ++beats_;
    last_beat_.clear();
    json::array lost, canceled;
    const auto document = parse_json(body).value();  // NOLINT: our own text
    for (const auto& item : document.as_object().at("jobs").as_array()) {
      const JobKey key{item.at("job").as_int64(), item.at("fence").as_int64()};
      last_beat_.push_back(key);
      if (lost_) lost.push_back(item);
      if (std::find(canceled_.begin(), canceled_.end(), key) != canceled_.end())
        canceled.push_back(json::object{{"job", key.job}, {"fence", key.fence}, {"reason", "by chen"}});
    }
    return {200, {}, json::serialize(json::object{{"lost", lost}, {"canceled", canceled}})};
  }
  void finish(const std::string& path, const std::string& body) {
    const auto document = parse_json(body).value();  // NOLINT: our own text
    const auto& rest = document.at("rest");
    if (!rest.at("updates").as_array().empty()) said_ += json::serialize(rest) + "\n";
    auto& held = logs_[std::stoll(path.substr(path.find('/') + 1))];
    if (static_cast<std::size_t>(rest.at("log_offset").as_int64()) == held.size())
      held += std::string(rest.at("log").as_string());
    log_ = logs_[7];
    finished_.push_back(body);
  }
  OutboundResponse log(const std::string& path, const std::string& body) {
    const auto offset = std::stoull(path.substr(path.find("offset=") + 7));
    auto& held = logs_[std::stoll(path.substr(path.find('/') + 1))];
    if (offset > held.size()) return {409, {}, "a gap"};
    if (offset + body.size() > held.size()) held += body.substr(held.size() - offset);
    log_ = logs_[7];
    if (forget_answers_ > 0 && forget_answers_-- > 0) return {503, {}, ""};  // taken, but the answer was lost
    return {200, {}, fmt::format("{{\"size\":{}}}", held.size())};
  }

 public:
  int forget_answers_ = 0;

 private:
  std::condition_variable changed_;
  std::string events_;
  std::vector<JobKey> canceled_;
  bool away_ = false, lost_ = false, refuses_ = false;
  int generation_ = 0;
};

}  // namespace sampan::runner::testing
