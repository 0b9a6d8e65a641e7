#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_integer_literal(Node expression) {
  if (!expression.is(Kind::decimal_integer, Kind::octal_integer)) return false;
  const char last = expression.text().back();
  return last >= '0' && last <= '9';
}

}  // namespace

constinit const Rule kAvoidMissUseOfMathRandom = {
    .name = "AvoidMissUseOfMathRandomRule",
    .severity = Severity::major,
    .summary = {"要随机整数时不用 Math.random 放大再取整", "A random integer is not made by stretching Math.random"},
    .remedy = {"用 Random 的 nextInt 或 nextLong", "Use nextInt or nextLong of Random"},
    .check = [](const Source& source, Report& report) {
      for (Node call : source.tree.all(Kind::method_invocation)) {
        if (method(call) != "random" || receiver(call).text() != "Math") continue;
        const Node product = call.parent();
        if (!product.is(Kind::binary_expression) || operator_of(product) != Kind::op_times) continue;
        const Node other =
            product.child(Field::left) == call ? product.child(Field::right) : product.child(Field::left);
        const Node cast = product.parent().parent();
        if (!is_integer_literal(other) || !product.parent().is(Kind::parenthesized) || !cast.is(Kind::cast_expression))
          continue;
        const auto type = cast.child(Field::type).text();
        if (type == "int" || type == "long")
          report.add(call, "用 Math.random 放大再取整来得到 {}", "Math.random is stretched to make a random {}", type);
      }
    }};

}  // namespace sampan::scan::p3c
