// The parsed expression, private to condition_parse.cc and condition.cc.
#pragma once

#include "pipeline/condition.h"

namespace sampan::pipeline {

struct Condition::Node {
  enum class Kind { text, number, boolean, list, call, negation, equal, differs, all, any };
  Kind kind = Kind::text;
  std::string text;  // of a text, number or boolean as written; of a call its function
  std::vector<std::shared_ptr<const Node>> parts;
};

}  // namespace sampan::pipeline
