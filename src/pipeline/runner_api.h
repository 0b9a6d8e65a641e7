// The server's side of the runner protocol (docs/formats/runner.md). Private to the room.
#pragma once

#include "pipeline/dispatcher.h"
#include "pipeline/room.h"
#include "pipeline/runner_wire.h"

namespace sampan::pipeline {

class RunnerApi {
 public:
  RunnerApi(Room& room, Dispatcher& dispatcher) : room_(room), dispatcher_(dispatcher) {}
  std::vector<Route> routes();

 private:
  Result<Response> stream(const Request& request, const Actor& actor);
  Result<Response> heartbeat(const Request& request, const Actor& actor);
  Result<Response> log(const Request& request, const Actor& actor);
  Result<Response> steps(const Request& request, const Actor& actor);
  Result<Response> finish(const Request& request, const Actor& actor);
  Result<Response> put_artifact(const Request& request, const Actor& actor);
  Result<Response> put_image(const Request& request, const Actor& actor);
  Result<Response> get_artifact(const Request& request, const Actor& actor);
  Result<Response> get_advisories(const Request& request, const Actor& actor);
  Result<Response> put_report(const Request& request, const Actor& actor);
  Result<Response> put_tool_report(const Request& request, const Actor& actor);
  Result<Response> put_metrics(const Request& request, const Actor& actor);
  Result<Response> note_caches(const Request& request, const Actor& actor);
  // What a runner says of a job's steps, in the transaction of whatever else it says.
  Result<void> note_steps(Tx& tx, const store::JobRow& job, const std::vector<wire::StepUpdate>& updates,
                          const std::map<std::string, std::string>& variables);
  Result<void> keep_rest(const Request& request, const Actor& actor, const wire::Finish& report);

  Room& room_;
  Dispatcher& dispatcher_;
};

// The job of the path, when `actor` is the runner it is leased to under `fence`; conflict: it is not (any more).
Result<store::JobRow> leased_job(Tx& tx, const Request& request, const Actor& actor, std::int64_t fence);
Result<std::int64_t> number_of(std::string_view text, std::string_view what);  // invalid names `what`
Result<std::int64_t> query_number(const Request& request, std::string_view name);

}  // namespace sampan::pipeline
