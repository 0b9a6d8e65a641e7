// What the runner says to the server (docs/formats/runner.md, "Reports"). A server that does not answer is asked again, with growing pauses,
// until it does or the runner stops: a restart of the server loses nothing. An answer 409 means that the job is no longer ours.
#pragma once

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http_client.h"
#include "runner/runner.h"

namespace sampan::runner {

struct JobKey { std::int64_t job = 0, fence = 0; auto operator<=>(const JobKey&) const = default; };
struct StepReport { std::string step, state, reason; std::optional<std::int64_t> exit_code, log_offset; Time at{}; };
struct Lost { std::vector<JobKey> lost; std::vector<std::pair<JobKey, std::string>> canceled; };
struct CacheReport { std::string key; std::int64_t size = 0; bool dropped = false; std::string reason; };
struct Upload { std::string name, file_name, kind, file; };

class Reports {
 public:
  Reports(HttpClient& http, const Config& config) : http_(http), config_(config) {}

  Result<Lost> heartbeat(const std::vector<JobKey>& jobs);  // once, no repeat
  Result<std::int64_t> log(JobKey key, std::int64_t offset, std::string_view bytes, std::stop_token stop);  // -> what the server holds
  Result<void> steps(JobKey key, const std::vector<StepReport>& updates, const std::map<std::string, std::string>& variables, std::stop_token stop);
  Result<void> finish(JobKey key, std::string_view state, std::string_view reason, Time at, std::stop_token stop);
  Result<void> image(JobKey key, std::string_view step, std::string_view name, std::string_view image, std::string_view digest, std::stop_token stop);
  Result<void> artifact(JobKey key, const Upload& upload, std::stop_token stop);
  Result<void> junit(JobKey key, std::string_view step, std::string_view name, std::string_view xml, std::stop_token stop);
  Result<void> caches(JobKey key, const std::vector<CacheReport>& caches, std::stop_token stop);
  Result<void> download(std::string_view artifact, const std::string& file);

 private:
  Result<OutboundResponse> send(OutboundRequest request, std::stop_token stop);
  OutboundRequest request(Method method, std::string path) const;

  HttpClient& http_;
  const Config& config_;
};

}  // namespace sampan::runner
