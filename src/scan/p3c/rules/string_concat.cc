#include <vector>

#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

void operands_of(Node sum, std::vector<Node>& operands) {
  std::vector<Node> open = {sum};
  while (!open.empty()) {
    const Node at = open.back();
    open.pop_back();
    if (at.is(Kind::binary_expression) && operator_of(at) == Kind::op_plus) {
      open.push_back(at.child(Field::right));
      open.push_back(at.child(Field::left));
    } else if (at) {
      operands.push_back(at);
    }
  }
}

// In a loop the variable lives longer than one turn of.
bool outlives_a_turn(const Names& names, Node statement, Node target) {
  const Variable* variable = names.resolve(target);
  for (Node loop = statement.parent(); loop; loop = loop.parent()) {
    if (loop.is(Kind::method_declaration, Kind::lambda, Kind::class_body)) return false;
    if (!is_loop(loop) || !loop.child(Field::body).is(Kind::block)) continue;
    if (!variable || !variable->name_node.inside(loop)) return true;
  }
  return false;
}

// `target = ... + target + "text"`
bool grows(Node target, Node value) {
  std::vector<Node> operands;
  operands_of(value, operands);
  bool text = false, itself = false;
  for (Node operand : operands) {
    text = text || is_string(operand);
    itself = itself || operand.text() == target.text();
  }
  return operands.size() > 1 && text && itself;
}

}  // namespace

constinit const Rule kStringConcat = {
    .name = "StringConcatRule",
    .severity = Severity::major,
    .summary = {"循环里用 StringBuilder 拼接字符串", "In a loop a string is built with StringBuilder"},
    .remedy = {"在循环外建 StringBuilder，循环里 append：每次相加都会复制整个字符串",
               "Make a StringBuilder before the loop and append to it: each + copies the whole string"},
    .check = [](const Source& source, Report& report) {
      for (Node assignment : source.tree.all(Kind::assignment)) {
        const Node target = assignment.child(Field::left), value = assignment.child(Field::right);
        if (!assignment.parent().is(Kind::expression_statement) || !target.is(Kind::identifier, Kind::field_access))
          continue;
        if (grows(target, value) && outlives_a_turn(source.names, assignment.parent(), target))
          report.add(value, "循环里用 + 拼接字符串 {}", "The string {} is built with + in a loop", target.text());
      }
    }};

}  // namespace sampan::scan::p3c
