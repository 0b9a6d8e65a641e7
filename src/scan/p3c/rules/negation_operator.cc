#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kAvoidNegationOperator = {
    .name = "AvoidNegationOperatorRule",
    .severity = Severity::major,
    .summary = {"不用取反，直接写相反的比较", "No comparison is negated where the opposite one can be written"},
    .remedy = {"把 !(a > b) 写成 a <= b", "Write a <= b for !(a > b)"},
    .check = [](const Source& source, Report& report) {
      for (Node negation : source.tree.all(Kind::unary_expression)) {
        const Node operand = negation.child(Field::operand);
        if (operator_of(negation) != Kind::op_not || !operand.is(Kind::parenthesized)) continue;
        const Node inner = unwrapped(operand);
        if (!inner.is(Kind::binary_expression)) continue;
        switch (operator_of(inner)) {
          case Kind::op_equal:
          case Kind::op_not_equal:
          case Kind::op_less:
          case Kind::op_greater:
          case Kind::op_less_equal:
          case Kind::op_greater_equal:
            report.add(negation, "{} 可以写成相反的比较", "{} can be written as the opposite comparison",
                       negation.text());
            break;
          default: break;
        }
      }
    }};

}  // namespace sampan::scan::p3c
