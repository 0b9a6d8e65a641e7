#include <algorithm>
#include <array>

#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_plain_value(std::string_view text) {
  constexpr std::array kPlain = {"0", "1", "\"\"", "0.0", "1.0", "-1", "0L", "1L"};
  return std::find(kPlain.begin(), kPlain.end(), text) != kPlain.end();
}

Node nearest_for(Node node) { return node.ancestor(Kind::for_statement, Kind::enhanced_for); }

// On the line where the nearest if, for or while begins; an if inside a loop is let off.
bool decides(Node literal) {
  const int line = literal.line();
  const Node branch = literal.ancestor(Kind::if_statement);
  if (branch && branch.line() == line) return !nearest_for(branch) && !branch.ancestor(Kind::while_statement);
  const Node loop = nearest_for(literal);
  if (loop && loop.line() == line) return true;
  const Node turns = literal.ancestor(Kind::while_statement);
  return turns && turns.line() == line;
}

// The value a variable begins with has a name by that. But in `for (int i = 14; i > 4; ...)` both are limits.
bool is_named(Node literal) {
  if (!literal.parent().is(Kind::variable_declarator)) return false;
  const Node loop = literal.parent().parent().parent();
  const Node condition = loop.child(Field::condition);
  const bool limits = condition.is(Kind::binary_expression) &&
                      (is_literal(condition.child(Field::left)) || is_literal(condition.child(Field::right)));
  return !loop.is(Kind::for_statement) || !limits;
}

}  // namespace

constinit const Rule kUndefineMagicConstant = {
    .name = "UndefineMagicConstantRule",
    .severity = Severity::major,
    .summary = {"判断条件里不直接写没有名字的值", "No value without a name stands in a condition"},
    .remedy = {"给这个值定义一个有意义的常量", "Define a constant whose name says what the value means"},
    .check = [](const Source& source, Report& report) {
      for (const Kind kind :
           {Kind::decimal_integer, Kind::hex_integer, Kind::octal_integer, Kind::binary_integer, Kind::decimal_floating,
            Kind::hex_floating, Kind::string_literal, Kind::character_literal}) {
        for (Node literal : source.tree.all(kind)) {
          if (is_plain_value(literal.text()) || is_named(literal)) continue;
          if (decides(literal))
            report.add(literal, "条件里的值 {} 没有名字", "The value {} in this condition has no name", literal.text());
        }
      }
    }};

}  // namespace sampan::scan::p3c
