// `.sampan/*.yaml`: read, compiled to job orders, and these read by the runner.
#include "fuzz.h"
#include "pipeline/definition.h"
#include "pipeline/local.h"
#include "runner/order.h"

using namespace sampan;

FUZZ(input) {
  const std::string text(input);
  const auto reading = pipeline::read_definition(text, ".sampan/x.yaml");
  PROMISE(reading.definition.has_value() == reading.errors.empty());
  PROMISE(reading.errors.size() <= 20);
  for (const auto& error : reading.errors) PROMISE(error.line > 0 && error.column > 0 && !error.message.empty());
  if (reading.definition) {
    std::size_t jobs = 0;
    for (const auto& stage : reading.definition->stages) jobs += stage.jobs.size();
    PROMISE(jobs <= pipeline::kMostJobs);
  }
  pipeline::LocalRequest request;
  request.yaml = text;
  request.file = ".sampan/x.yaml";
  request.repo_path = "company/shop";
  request.sha = std::string(40, 'a');
  const auto plan = pipeline::plan_local(request, Time(std::chrono::seconds(1'700'000'000)));
  for (const auto& job : plan.jobs) {
    PROMISE(job.order.empty() != job.left_out.empty());
    if (!job.order.empty()) PROMISE(runner::parse_order(job.order).has_value());
  }
}
