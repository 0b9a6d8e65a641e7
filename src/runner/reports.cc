#include "runner/reports.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <condition_variable>

#include "base/files.h"
#include "base/json.h"
#include "base/log.h"

namespace sampan::runner {

namespace {

namespace json = boost::json;
constexpr std::chrono::milliseconds kLeastPause{100}, kMostPause{5'000};
constexpr std::size_t kMostArtifact = std::size_t{1} << 30;

void pause_for(std::chrono::milliseconds time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any bell;
  std::unique_lock lock(mutex);
  bell.wait_for(lock, stop, time, [] { return false; });
}

json::array leases(const std::vector<JobKey>& jobs) {
  json::array list;
  for (const auto& key : jobs) list.push_back(json::object{{"job", key.job}, {"fence", key.fence}});
  return list;
}

JobKey key_of(const json::value& value) {
  const auto& object = value.as_object();
  return {object.at("job").to_number<std::int64_t>(), object.at("fence").to_number<std::int64_t>()};
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

Result<OutboundResponse> Reports::send(OutboundRequest made, std::stop_token stop) {
  auto pause = kLeastPause;
  while (true) {
    auto answer = http_.send(made);
    const bool away = !answer.has_value() || answer->status == 502 || answer->status == 503 || answer->status == 504;
    if (!away && answer->status < 300) return answer;
    if (!away && answer->status == 409) return fail(Errc::conflict, "the server gave this job to somebody else: {}", answer->body);
    if (!away && answer->status < 500) return fail(Errc::invalid, "the server refused {}: {} {}", made.url.substr(config_.server.size()), answer->status, answer->body.substr(0, 300));
    if (stop.stop_requested()) return fail(Errc::unavailable, "the server does not answer and the runner stops");
    pause_for(pause, stop);
    pause = std::min(pause * 2, kMostPause);
  }
}

Result<Lost> Reports::heartbeat(const std::vector<JobKey>& jobs) {
  auto made = request(Method::post, "/api/v1/runner/heartbeat");
  made.body = format_json(json::object{{"jobs", leases(jobs)}});
  made.timeout = std::chrono::seconds(10);
  const auto answer = TRY(http_.send(made));
  if (answer.status == 401 || answer.status == 403) return fail(Errc::unauthenticated, "the server refuses this runner's token: {}", answer.body.substr(0, 300));
  if (answer.status >= 300) return fail(Errc::unavailable, "heartbeat: {}", answer.status);
  const auto document = TRY(parse_json(answer.body));
  Lost lost;
  for (const auto& item : document.as_object().at("lost").as_array()) lost.lost.push_back(key_of(item));
  for (const auto& item : document.as_object().at("canceled").as_array()) {
    lost.canceled.emplace_back(key_of(item), std::string(item.as_object().at("reason").as_string()));
  }
  return lost;
}

Result<std::int64_t> Reports::log(JobKey key, std::int64_t offset, std::string_view bytes, std::stop_token stop) {
  auto made = request(Method::post, fmt::format("/api/v1/runner/jobs/{}/log?fence={}&offset={}", key.job, key.fence, offset));
  made.headers[1].second = "application/octet-stream";
  made.body = bytes;
  const auto answer = TRY(send(std::move(made), stop));
  const auto document = TRY(parse_json(answer.body));
  return document.as_object().at("size").to_number<std::int64_t>();
}

Result<void> Reports::steps(JobKey key, const std::vector<StepReport>& updates, const std::map<std::string, std::string>& variables, std::stop_token stop) {
  json::array list;
  for (const auto& update : updates) {
    json::object item{{"step", update.step}, {"state", update.state}, {"at", format_rfc3339(update.at)}};
    if (update.exit_code) item["exit_code"] = *update.exit_code;
    if (update.log_offset) item["log_offset"] = *update.log_offset;
    if (!update.reason.empty()) item["reason"] = update.reason;
    list.push_back(std::move(item));
  }
  json::object values;
  for (const auto& [name, value] : variables) values[name] = value;
  auto made = request(Method::post, fmt::format("/api/v1/runner/jobs/{}/steps", key.job));
  made.body = format_json(json::object{{"fence", key.fence}, {"updates", std::move(list)}, {"variables", std::move(values)}});
  TRY(send(std::move(made), stop));
  return {};
}

Result<void> Reports::finish(JobKey key, std::string_view state, std::string_view reason, Time at, std::stop_token stop) {
  auto made = request(Method::post, fmt::format("/api/v1/runner/jobs/{}/finish", key.job));
  made.body = format_json(json::object{{"fence", key.fence}, {"state", state}, {"reason", reason}, {"finished_at", format_rfc3339(at)}});
  TRY(send(std::move(made), stop));
  return {};
}

Result<void> Reports::image(JobKey key, std::string_view step, std::string_view name, std::string_view image, std::string_view digest, std::stop_token stop) {
  auto made = request(Method::post, fmt::format("/api/v1/runner/jobs/{}/images", key.job));
  made.body = format_json(json::object{{"fence", key.fence}, {"name", name}, {"image", image}, {"digest", digest}, {"step", step}});
  TRY(send(std::move(made), stop));
  return {};
}

Result<void> Reports::artifact(JobKey key, const Upload& upload, std::stop_token stop) {
  auto made = request(Method::put, fmt::format("/api/v1/runner/jobs/{}/artifacts/{}?{}", key.job, percent_encode(upload.name),
                                               form_encode({{"fence", std::to_string(key.fence)}, {"file_name", upload.file_name}, {"kind", upload.kind}})));
  made.headers[1].second = "application/octet-stream";
  made.body = TRY(read_file(upload.file, kMostArtifact));
  made.timeout = std::chrono::minutes(10);
  TRY(send(std::move(made), stop));
  return {};
}

Result<void> Reports::junit(JobKey key, std::string_view step, std::string_view name, std::string_view xml, std::stop_token stop) {
  auto made = request(Method::post, fmt::format("/api/v1/runner/jobs/{}/reports?{}", key.job,
                                                form_encode({{"fence", std::to_string(key.fence)}, {"kind", "junit"}, {"name", std::string(name)}, {"step", std::string(step)}})));
  made.headers[1].second = "application/xml";
  made.body = xml;
  TRY(send(std::move(made), stop));
  return {};
}

Result<void> Reports::caches(JobKey key, const std::vector<CacheReport>& caches, std::stop_token stop) {
  json::array list;
  for (const auto& cache : caches) list.push_back(json::object{{"key", cache.key}, {"size", cache.size}, {"dropped", cache.dropped}, {"reason", cache.reason}});
  auto made = request(Method::post, fmt::format("/api/v1/runner/jobs/{}/caches", key.job));
  made.body = format_json(json::object{{"fence", key.fence}, {"caches", std::move(list)}});
  TRY(send(std::move(made), stop));
  return {};
}

Result<void> Reports::download(std::string_view artifact, const std::string& file) {
  auto made = request(Method::get, fmt::format("/api/v1/runner/artifacts/{}", percent_encode(artifact)));
  made.timeout = std::chrono::minutes(2);
  const Fd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!out) return fail_errno("download an artifact");
  bool written = true;
  const auto status = TRY(http_.stream(made, [&](std::string_view bytes) {
    written = ::write(out.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
    return written;
  }));
  if (!written) return fail_errno("download an artifact");
  if (status >= 300) return fail(Errc::not_found, "artifact {}: the server answered {}", artifact, status);
  return {};
}

}  // namespace sampan::runner
