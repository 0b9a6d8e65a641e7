#include "runner/reports.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <condition_variable>

#include "base/files.h"
#include "base/json_struct.h"
#include "base/log.h"

namespace sampan::runner {

namespace {

namespace json = boost::json;
constexpr std::chrono::milliseconds kLeastPause{50}, kMostPause{5'000};
constexpr int kMostFaults =
    30;  // answers 500 to one report, two minutes of them: then it is given up, for it would never be taken

struct HeartbeatBody {
  std::vector<JobKey> jobs;
};
BOOST_DESCRIBE_STRUCT(HeartbeatBody, (), (jobs))
struct LogAnswer {
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(LogAnswer, (), (size))
struct StepsBody {
  std::int64_t fence = 0;
  std::vector<StepReport> updates;
  std::map<std::string, std::string> variables;
};
BOOST_DESCRIBE_STRUCT(StepsBody, (), (fence, updates, variables))
struct FinishBody {
  std::int64_t fence = 0;
  std::string state, reason;
  Time finished_at{};
  Rest rest;
};
BOOST_DESCRIBE_STRUCT(FinishBody, (), (fence, state, reason, finished_at, rest))
struct CachesBody {
  std::int64_t fence = 0;
  std::vector<CacheReport> caches;
};
BOOST_DESCRIBE_STRUCT(CachesBody, (), (fence, caches))

struct MetricsBody {
  std::int64_t fence = 0;
  std::string step;
  std::vector<MetricReport> metrics;
};
BOOST_DESCRIBE_STRUCT(MetricsBody, (), (fence, step, metrics))

bool is_away(const Result<OutboundResponse>& answer) {
  if (!answer.has_value()) return answer.error().code == Errc::unavailable;
  return answer->status == 429 || answer->status == 502 || answer->status == 503 || answer->status == 504;
}

std::string job_path(JobKey key, std::string_view rest) {
  return fmt::format("/api/v1/runner/jobs/{}/{}", key.job, rest);
}

}  // namespace

OutboundRequest Reports::request(Method method, std::string path) const {
  OutboundRequest made;
  made.method = method;
  made.url = config_.server + std::move(path);
  made.headers = {{"Authorization", "Bearer " + config_.token}, {"Content-Type", "application/json"}};
  made.timeout = std::chrono::seconds(60);
  return made;
}

bool Reports::pause(std::chrono::milliseconds& length) {
  std::mutex mutex;
  std::condition_variable_any bell;
  std::unique_lock lock(mutex);
  bell.wait_for(lock, stop_, length, [] { return false; });
  length = std::min(length * 2, kMostPause);
  return !stop_.stop_requested();
}

Result<bool> Reports::await_server() {
  bool was_away = false;
  TRY(send(request(Method::get, "/healthz"), &was_away));
  return was_away;
}

Result<OutboundResponse> Reports::send(const OutboundRequest& made, bool* was_away) {
  const auto what = made.url.substr(config_.server.size());
  auto length = kLeastPause;
  int faults = 0;
  while (true) {
    auto answer = http_.send(made);
    if (!is_away(answer)) {
      if (!answer.has_value()) return answer;
      if (answer->status < 300) return answer;
      const auto text = answer->body.substr(0, 300);
      if (answer->status == 409)
        return fail(Errc::conflict, "the server says that this job is not ours any more: {}", text);
      // 401: the server may be coming back without its sessions yet; the heartbeat decides whether the token is refused
      // for good.
      if (answer->status < 500 && answer->status != 401)
        return fail(Errc::invalid, "the server refused {}: {} {}", what, answer->status, text);
      if (++faults > kMostFaults)
        return fail(Errc::internal, "the server fails at {}: {} {}", what, answer->status, text);
    }
    if (was_away) *was_away = true;
    if (!pause(length)) return fail(Errc::unavailable, "the server does not take {} and the runner stops", what);
  }
}

Result<Beat> Reports::heartbeat(const std::vector<JobKey>& jobs) {
  auto made = request(Method::post, "/api/v1/runner/heartbeat");
  made.body = to_json(HeartbeatBody{jobs});
  made.timeout = std::chrono::seconds(10);
  const auto answer = TRY(http_.send(made));
  if (answer.status == 401 || answer.status == 403)
    return fail(Errc::unauthenticated, "the server refuses this runner's token: {}", answer.body.substr(0, 300));
  if (answer.status >= 300) return fail(Errc::unavailable, "the heartbeat is answered {}", answer.status);
  return from_json<Beat>(answer.body).context("heartbeat");
}

Result<std::int64_t> Reports::log(JobKey key, std::int64_t offset, std::string_view bytes) {
  auto made = request(Method::post, job_path(key, fmt::format("log?fence={}&offset={}", key.fence, offset)));
  made.headers[1].second = "application/octet-stream";
  made.body = bytes;
  const auto answer = TRY(send(made));
  return TRY(from_json<LogAnswer>(answer.body).context("log")).size;
}

Result<void> Reports::steps(JobKey key, const std::vector<StepReport>& updates,
                            const std::map<std::string, std::string>& variables) {
  auto made = request(Method::post, job_path(key, "steps"));
  made.body = to_json(StepsBody{key.fence, updates, variables});
  TRY(send(made));
  return {};
}

Result<void> Reports::finish(JobKey key, std::string_view state, std::string_view reason, Time at, Rest rest) {
  auto made = request(Method::post, job_path(key, "finish"));
  made.body = to_json(FinishBody{key.fence, std::string(state), std::string(reason), at, std::move(rest)});
  TRY(send(made));
  return {};
}

Result<void> Reports::image(JobKey key, std::string_view step, std::string_view name, std::string_view image,
                            std::string_view digest) {
  auto made = request(Method::post, job_path(key, "images"));
  made.body = format_json(
      json::object{{"fence", key.fence}, {"name", name}, {"image", image}, {"digest", digest}, {"step", step}});
  TRY(send(made));
  return {};
}

Result<void> Reports::artifact(JobKey key, const Upload& upload) {
  auto made = request(Method::put, job_path(key, fmt::format("artifacts/{}?{}", percent_encode(upload.name),
                                                             form_encode({{"fence", std::to_string(key.fence)},
                                                                          {"file_name", upload.file_name},
                                                                          {"kind", upload.kind},
                                                                          {"step", upload.step}}))));
  made.headers[1].second = "application/octet-stream";
  made.body_file = upload.file;
  made.timeout = std::chrono::minutes(30);
  TRY(send(made));
  return {};
}

Result<void> Reports::junit(JobKey key, std::string_view step, std::string_view name, std::string_view xml) {
  auto made =
      request(Method::post, job_path(key, fmt::format("reports?{}", form_encode({{"fence", std::to_string(key.fence)},
                                                                                 {"kind", "junit"},
                                                                                 {"name", std::string(name)},
                                                                                 {"step", std::string(step)}}))));
  made.headers[1].second = "application/xml";
  made.body = xml;
  TRY(send(made));
  return {};
}

Result<void> Reports::sarif(JobKey key, std::string_view step, std::string_view tool, std::string_view text) {
  auto made =
      request(Method::post, job_path(key, fmt::format("reports?{}", form_encode({{"fence", std::to_string(key.fence)},
                                                                                 {"kind", "sarif"},
                                                                                 {"name", std::string(tool)},
                                                                                 {"step", std::string(step)},
                                                                                 {"root", "/workspace"}}))));
  made.body = text;
  TRY(send(made));
  return {};
}

Result<void> Reports::metrics(JobKey key, std::string_view step, const std::vector<MetricReport>& metrics) {
  auto made = request(Method::post, job_path(key, "metrics"));
  made.body = to_json(MetricsBody{key.fence, std::string(step), metrics});
  TRY(send(made));
  return {};
}

Result<void> Reports::caches(JobKey key, const std::vector<CacheReport>& caches) {
  auto made = request(Method::post, job_path(key, "caches"));
  made.body = to_json(CachesBody{key.fence, caches});
  TRY(send(made));
  return {};
}

Result<void> Reports::download(std::string_view artifact, const std::string& file) {
  return fetch(fmt::format("/api/v1/runner/artifacts/{}", percent_encode(artifact)),
               fmt::format("artifact {}", artifact), file);
}

Result<void> Reports::advisories(std::string_view sum, const std::string& file) {
  return fetch(fmt::format("/api/v1/runner/advisories/{}", percent_encode(sum)), "advisories", file);
}

Result<void> Reports::fetch(const std::string& path, const std::string& what, const std::string& file) {
  const auto made = request(Method::get, path);
  auto length = kLeastPause;
  while (true) {
    const Fd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out) return fail_errno("write " + file);
    Result<void> written;
    std::string complaint;
    const auto status = http_.stream(made, [&](std::string_view bytes) {
      if (complaint.size() < 300) complaint += bytes.substr(0, 300 - complaint.size());
      written = write_all(out.get(), bytes, file);
      return written.has_value();
    });
    TRY(written);
    if (status.has_value() && *status < 300) return {};
    if (status.has_value() && *status < 500 && *status != 401 && *status != 429)
      return fail(Errc::not_found, "{}: the server answered {} {}", what, *status, complaint);
    if (!pause(length)) return fail(Errc::unavailable, "{}: the server does not answer and the runner stops", what);
  }
}

}  // namespace sampan::runner
