#include <algorithm>
#include <array>

#include "scan/java/types.h"
#include "scan/p3c/changes_of_text.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

std::string_view opposite(Kind comparison) {
  switch (comparison) {
    case Kind::op_equal: return "!=";
    case Kind::op_not_equal: return "==";
    case Kind::op_less: return ">=";
    case Kind::op_greater: return "<=";
    case Kind::op_less_equal: return ">";
    case Kind::op_greater_equal: return "<";
    default: return {};
  }
}

// With NaN both a < b and a >= b are false, so the order of what may be a floating point number is left alone.
bool is_whole(const Names& names, Node operand) {
  const auto type = unboxed(type_of(names, operand));
  constexpr std::array kWhole = {"int", "long", "short", "byte", "char"};
  return std::find(kWhole.begin(), kWhole.end(), type) != kWhole.end();
}

// Whether a comparison may stand here without parentheses.
bool binds_looser(Node parent) {
  if (parent.is(Kind::binary_expression))
    return operator_of(parent) == Kind::op_and || operator_of(parent) == Kind::op_or;
  return parent.is(Kind::parenthesized, Kind::return_statement, Kind::assignment, Kind::variable_declarator,
                   Kind::argument_list);
}

// What is negated once more would be the next finding.
bool is_negated(Node expression) {
  Node parent = expression.parent();
  while (parent.is(Kind::parenthesized)) parent = parent.parent();
  return parent.is(Kind::unary_expression) && operator_of(parent) == Kind::op_not;
}

std::vector<Change> turned(const Source& source, Node negation, Node comparison) {
  const auto& tree = source.tree;
  const Node operation = comparison.child(Field::operator_);
  const bool either = operation.is(Kind::op_equal, Kind::op_not_equal);
  const Node left = comparison.child(Field::left), right = comparison.child(Field::right);
  if (is_negated(negation)) return {};
  if (!either && !(is_whole(source.names, left) && is_whole(source.names, right))) return {};
  const Span before{negation.start(), comparison.start()}, behind{comparison.end(), negation.end()};
  if (!is_only(text_of(tree, before), "!( \t") || !is_only(text_of(tree, behind), ") \t")) return {};
  const bool bare = binds_looser(negation.parent());
  const bool touches = before.start > 0 && is_name_part(tree.text()[before.start - 1]);  // return!(a == b)
  return {{before, bare ? (touches ? " " : "") : "("},
          {{operation.start(), operation.end()}, std::string(opposite(operation.kind()))},
          {behind, bare ? "" : ")"}};
}

}  // namespace

constinit const Rule kAvoidNegationOperator = {
    .name = "AvoidNegationOperatorRule",
    .severity = Severity::major,
    .summary = {"不用取反，直接写相反的比较", "No comparison is negated where the opposite one can be written"},
    .remedy = {"把 !(a > b) 写成 a <= b", "Write a <= b for !(a > b)"},
    .fix = {"!(a == b) 改成 a != b；大小比较只在两边都是整数时改，因为 NaN 会不同",
            "!(a == b) becomes a != b; an order is turned round only of whole numbers, for NaN would differ"},
    .check = [](const Source& source, Report& report) {
      for (Node negation : source.tree.all(Kind::unary_expression)) {
        const Node operand = negation.child(Field::operand);
        if (operator_of(negation) != Kind::op_not || !operand.is(Kind::parenthesized)) continue;
        const Node inner = unwrapped(operand);
        if (!inner.is(Kind::binary_expression)) continue;
        if (opposite(operator_of(inner)).empty()) continue;
        report.add(negation, "{} 可以写成相反的比较", "{} can be written as the opposite comparison", negation.text())
            .fix = turned(source, negation, inner);
      }
    }};

}  // namespace sampan::scan::p3c
