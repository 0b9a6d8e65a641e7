// The expression of a job's `condition`: ==, !=, &&, ||, !, parentheses, texts in quotes with ${NAME} in them, and the
// functions startsWith, endsWith, contains, weekDay, timeIn, always, succeed, failed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pipeline/expand.h"

namespace sampan::pipeline {

// How the jobs before ended, as succeed() and failed() see it.
enum class Outcome { unfinished, succeeded, failed, skipped };

struct ConditionInput {
  const Variables& variables;
  int weekday = 1;                                          // 1 Monday .. 7 Sunday, local time
  int second_of_day = 0;                                    // local time
  std::function<Outcome(std::string_view job)> outcome_of;  // by the name written in the file
  bool needs_succeeded = true;                              // none of the jobs it needs failed or was cancelled
  bool needs_failed = false;
};

struct Verdict {
  bool holds = false;
  std::string evaluated;  // the expression with its values: "\"dev\" == \"master\""
};

class Condition {
 public:
  // invalid: the sentence says at which character, what was expected and the nearest function.
  static Result<Condition> parse(std::string_view text);
  // An unknown ${NAME} is empty, as in a shell. Unless the expression itself asks always(), succeed() or failed(), it
  // holds only when the jobs before succeeded.
  Verdict evaluate(const ConditionInput& input) const;
  const std::vector<std::string>& jobs() const { return jobs_; }  // named in succeed() and failed()
  bool asks_outcome() const { return asks_outcome_; }

  struct Node;

 private:
  friend class ConditionParser;
  std::shared_ptr<const Node> root_;
  std::vector<std::string> jobs_;
  bool asks_outcome_ = false;
};

}  // namespace sampan::pipeline
