#include "scan/java/types.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_array_length(Node expression) {
  return expression.is(Kind::field_access) && expression.child(Field::field).text() == "length";
}

// Something simple: a name, `new X()` or what stands in parentheses.
bool is_simple(Node expression) {
  if (expression.is(Kind::field_access))
    return !expression.child(Field::object).is(Kind::this_) && is_simple(expression.child(Field::object));
  return expression.is(Kind::identifier, Kind::object_creation, Kind::parenthesized);
}

bool is_member_of_wrapper(Node expression) {
  const Node object = expression.child(Field::object);
  return expression.is(Kind::field_access, Kind::method_invocation) && object.is(Kind::identifier) &&
         is_wrapper(object.text());
}

bool is_wrapped(const Names& names, Node expression) {
  return is_wrapper(type_of(names, expression)) || is_member_of_wrapper(unwrapped(expression));
}

}  // namespace

constinit const Rule kWrapperTypeEquality = {
    .name = "WrapperTypeEqualityRule",
    .severity = Severity::blocker,
    .summary = {"包装类型的值用 equals 比较", "Values of wrapper types are compared with equals"},
    .remedy = {"用 equals 或 Objects.equals：== 比较的是对象，只有 -128 到 127 碰巧相等",
               "Use equals or Objects.equals: == compares objects, which are the same only for -128 to 127"},
    .check = [](const Source& source, Report& report) {
      for (Node comparison : source.tree.all(Kind::binary_expression)) {
        const Kind kind = operator_of(comparison);
        if (kind != Kind::op_equal && kind != Kind::op_not_equal) continue;
        const Node left = comparison.child(Field::left), right = comparison.child(Field::right);
        if (!is_simple(left) || (is_array_length(left) && is_array_length(right))) continue;
        if (is_wrapped(source.names, left) && is_wrapped(source.names, right))
          report.add(comparison, "包装类型的 {} 和 {} 用 == 或 != 比较",
                     "{} and {} of wrapper types are compared with == or !=", left.text(), right.text());
      }
    }};

}  // namespace sampan::scan::p3c
