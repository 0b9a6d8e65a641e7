// A job's condition: parsed, and evaluated with a stranger's values of variables.
#include "pipeline/condition.h"

#include "fuzz.h"

using namespace sampan::pipeline;

FUZZ(input) {
  auto bytes = sampan::fuzz::provider(input);
  const auto weekday = bytes.ConsumeIntegralInRange<int>(1, 7);
  const auto second = bytes.ConsumeIntegralInRange<int>(0, 86'399);
  const auto outcome = static_cast<Outcome>(bytes.ConsumeIntegralInRange<int>(0, 3));
  const Variables variables{{"BRANCH", bytes.ConsumeRandomLengthString()}, {"A", "b\"'\\"}};
  const std::string text = bytes.ConsumeRemainingBytesAsString();
  const auto condition = Condition::parse(text);
  if (!condition.has_value()) return PROMISE(!condition.error().message.empty());
  const ConditionInput values{.variables = variables,
                              .weekday = weekday,
                              .second_of_day = second,
                              .outcome_of = [&](std::string_view) { return outcome; },
                              .needs_succeeded = false,
                              .needs_failed = true};
  const auto verdict = condition->evaluate(values);
  if (!condition->asks_outcome()) PROMISE(!verdict.holds);  // the jobs before failed
  PROMISE(condition->asks_outcome() || condition->jobs().empty());
}
