#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_logical(Kind kind) { return kind == Kind::op_and || kind == Kind::op_or; }

// How many chains of && or || an expression has: `a && b && c` is one.
int chains(Node expression) {
  const auto starts_chain = [](Node at) {
    if (!at.is(Kind::binary_expression) || !is_logical(operator_of(at))) return false;
    return !at.parent().is(Kind::binary_expression) || operator_of(at.parent()) != operator_of(at);
  };
  int count = starts_chain(expression) ? 1 : 0;
  for (Node at : expression.descendants()) count += starts_chain(at) ? 1 : 0;
  return count;
}

void check_condition(Node condition, Report& report) {
  if (condition && chains(condition) > 1)
    report.add(condition, "条件混用了多组 && 和 ||", "The condition mixes several chains of && and ||");
}

}  // namespace

constinit const Rule kAvoidComplexCondition = {
    .name = "AvoidComplexConditionRule",
    .severity = Severity::major,
    .summary = {"复杂的条件先存进有名字的变量", "A complex condition is first put in a variable with a name"},
    .remedy = {"final boolean existed = ...; if (existed) ...", "final boolean existed = ...; if (existed) ..."},
    .check = [](const Source& source, Report& report) {
      for (Node branch : source.tree.all(Kind::if_statement))
        check_condition(branch.child(Field::condition).first(), report);
      for (Node ternary : source.tree.all(Kind::ternary)) {
        for (const Field part : {Field::condition, Field::alternative}) {
          const Node condition = ternary.child(part);
          if (condition.is(Kind::parenthesized, Kind::method_invocation)) check_condition(condition, report);
        }
      }
    }};

}  // namespace sampan::scan::p3c
