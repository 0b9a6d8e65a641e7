// What a runner says with the end of a job.
#include "pipeline/fixture_test.h"

namespace sampan::pipeline::testing {
namespace {

const std::string kTwoJobs = R"yaml(stages:
  check:
    jobs:
      unit: { steps: { hello: { step: Command, with: { run: x } }, test: { step: Command, with: { run: x } } } }
  after:
    jobs:
      next: { steps: { one: { step: Command, with: { run: x } } } }
)yaml";

TEST_CASE_FIXTURE(Yard,
                  "pipeline: the end of a job brings what was not told yet: steps, variables, the rest of the log") {
  auto stream = connect_runner();
  commit("master", {{".sampan/daily.yaml", kTwoJobs}});
  const Json job = *parse_json(stream->wait_for("job", 1));
  const std::string path = fmt::format("/api/v1/runner/jobs/{}/", at(job, "job"));
  const std::string first = "\x1ehello\ndaily\n";
  json(Method::post, path + "log?fence=1&offset=0", runner(), first);
  const auto end = [&](std::size_t offset, std::string_view state) {
    return call(
        Method::post, path + "finish", runner(),
        fmt::format(
            R"({{"fence":1,"state":"succeeded","rest":{{"updates":[{{"step":"hello","state":"succeeded"}},{{"step":"test","state":"{}","exit_code":0}}],"variables":{{"IMAGE_TAG":"x2"}},"log_offset":{},"log":"\u001etest\nTests run: 4\n"}}}})",
            state, offset));
  };
  CHECK(end(first.size() + 1, "succeeded").error().code == Errc::conflict);  // a gap: the job has not ended
  CHECK(end(first.size(), "danced").error().code == Errc::invalid);
  CHECK(at(run(last_run()), "stages.0.jobs.0.state") == "running");
  CHECK(end(first.size(), "succeeded").has_value());
  CHECK(stream->count("job") == 2);                   // the next one was leased with the end of this one
  CHECK(end(first.size(), "succeeded").has_value());  // said again: the answer was lost
  const Json run = this->run(last_run());
  CHECK(at(run, "stages.0.jobs.0.state") == "succeeded");
  CHECK(at(run, "stages.0.jobs.0.steps.0.state") == "succeeded");
  CHECK(at(run, "stages.0.jobs.0.steps.1.exit_code") == "0");
  const Json log =
      json(Method::get, fmt::format("/api/v1/runs/{}/jobs/{}/log", at(run, "id"), at(job, "job")), actor("vic"));
  CHECK(at(log, "lines.1.text") == "Tests run: 4");
  CHECK(log.at("lines").as_array().size() == 2);
  bool passed_on = false;
  const Json second = *parse_json(stream->wait_for("job", 2));
  for (const auto& pair : second.at("environment").as_array())
    passed_on = passed_on || (at(pair, "key") == "IMAGE_TAG" && at(pair, "value") == "x2");
  CHECK(passed_on);
}

}  // namespace
}  // namespace sampan::pipeline::testing
