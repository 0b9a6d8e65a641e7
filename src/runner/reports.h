// What the runner says to the server (docs/formats/runner.md, "Reports"). A server that does not answer is asked again,
// with growing pauses, until it does or the runner stops: a restart of the server loses nothing. An answer 409 means
// that the job is no longer ours (conflict).
#pragma once

#include <stop_token>

#include "base/http_client.h"
#include "runner/runner.h"
#include "runner/wire.h"

namespace sampan::runner {

struct Canceled {
  std::int64_t job = 0, fence = 0;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(Canceled, (), (job, fence, reason))
struct Beat {
  std::vector<JobKey> lost;
  std::vector<Canceled> canceled;
};
BOOST_DESCRIBE_STRUCT(Beat, (), (lost, canceled))

struct Upload {
  std::string step, name, file_name, kind, file;
};  // kind: archive or file; `file`: a path of ours

class Reports {
 public:
  // `stop` ends the repeating: what has not been said then is unavailable.
  Reports(HttpClient& http, const Config& config, std::stop_token stop)
      : http_(http), config_(config), stop_(std::move(stop)) {}

  Result<Beat> heartbeat(const std::vector<JobKey>& jobs);  // once, no repeat; unauthenticated: the token is refused
  Result<std::int64_t> log(JobKey key, std::int64_t offset, std::string_view bytes);  // -> what the server holds
  Result<void> steps(JobKey key, const std::vector<StepReport>& updates,
                     const std::map<std::string, std::string>& variables);
  Result<void> finish(JobKey key, std::string_view state, std::string_view reason, Time at, Rest rest);
  Result<void> image(JobKey key, std::string_view step, std::string_view name, std::string_view image,
                     std::string_view digest);
  Result<void> artifact(JobKey key, const Upload& upload);
  Result<void> metrics(JobKey key, std::string_view step, const std::vector<MetricReport>& metrics);
  Result<void> junit(JobKey key, std::string_view step, std::string_view name, std::string_view xml);
  Result<void> sarif(JobKey key, std::string_view step, std::string_view tool, std::string_view text);
  Result<void> caches(JobKey key, const std::vector<CacheReport>& caches);
  Result<void> download(std::string_view artifact, const std::string& file);  // the token of the runner, not of the job
  // not_found: the server has others by now.
  Result<void> advisories(std::string_view sum, const std::string& file);

  Result<bool> await_server();  // until it answers; false: it did so at once

  std::chrono::milliseconds gather() const { return config_.gather; }
  // A request to the server, as every one begins.
  OutboundRequest request(Method method, std::string path) const;

 private:
  Result<void> fetch(const std::string& path, const std::string& what, const std::string& file);
  Result<OutboundResponse> send(const OutboundRequest& request, bool* was_away = nullptr);
  bool pause(std::chrono::milliseconds& length);  // false: the runner stops

  HttpClient& http_;
  const Config& config_;
  std::stop_token stop_;
};

}  // namespace sampan::runner
