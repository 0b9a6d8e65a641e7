#include "scan/java/flow.h"

#include <algorithm>

namespace sampan::scan::java {

namespace {

constexpr int kDepth = 60;  // deeper nesting counts as leaving: no finding is made of it

bool completes_list(const std::vector<Node>& list, int depth);

// Does a break inside leave this statement itself?
bool is_left_by_break(Node statement) {
  for (Node at : statement.descendants()) {
    if (!at.is(Kind::break_statement)) continue;
    if (at.first()) {
      const Node label = statement.parent();
      if (label.is(Kind::labeled_statement) && label.first().text() == at.first().text()) return true;
      continue;
    }
    Node target = at.parent();
    while (target && !is_loop(target) && !target.is(Kind::switch_expression)) target = target.parent();
    if (target == statement) return true;
  }
  return false;
}

bool is_endless(Node loop) {
  Node condition = loop.child(Field::condition);
  if (loop.is(Kind::for_statement)) return !condition || condition.is(Kind::true_literal);
  return !loop.is(Kind::enhanced_for) && unwrapped(condition).is(Kind::true_literal);
}

bool switch_completes(Node chosen, int depth) {
  if (is_left_by_break(chosen)) return true;
  bool any_default = false, last = true;
  for (Node part : chosen.child(Field::body).children()) {
    const Node label = part.child(Kind::switch_label);
    any_default = any_default || label.text().starts_with("default");
    last = completes_list(statements(part), depth);
    if (part.is(Kind::switch_rule) && last) return true;
  }
  return !any_default || last;
}

bool try_completes(Node statement, int depth) {
  bool any = completes_list(statements(statement.child(Field::body)), depth);
  for (Node part : statement.children()) {
    if (part.is(Kind::catch_clause)) any = any || completes_list(statements(part.child(Field::body)), depth);
    if (part.is(Kind::finally_clause) && !completes_list(statements(part.child(Kind::block)), depth)) return false;
  }
  return any;
}

bool completes_one(Node statement, int depth) {
  if (depth > kDepth) return false;
  switch (statement.kind()) {
    case Kind::return_statement:
    case Kind::throw_statement:
    case Kind::continue_statement:
    case Kind::break_statement:
    case Kind::yield_statement: return false;
    case Kind::block: return completes_list(statements(statement), depth + 1);
    case Kind::synchronized_statement: return completes_list(statements(statement.child(Field::body)), depth + 1);
    case Kind::if_statement: {
      const Node other = statement.child(Field::alternative);
      return !other || completes_one(statement.child(Field::consequence), depth + 1) || completes_one(other, depth + 1);
    }
    case Kind::for_statement:
    case Kind::while_statement: return !is_endless(statement) || is_left_by_break(statement);
    case Kind::do_statement:
      if (is_left_by_break(statement)) return true;
      return !is_endless(statement) && completes_one(statement.child(Field::body), depth + 1);
    case Kind::switch_expression: return switch_completes(statement, depth + 1);
    case Kind::try_statement:
    case Kind::try_with_resources: return try_completes(statement, depth + 1);
    case Kind::labeled_statement: {
      Node inner;
      for (Node at : statement.children()) inner = at;
      return is_left_by_break(inner) || completes_one(inner, depth + 1);
    }
    case Kind::expression_statement:
      return !statement.first().is(Kind::switch_expression) || switch_completes(statement.first(), depth + 1);
    default: return true;
  }
}

bool completes_list(const std::vector<Node>& list, int depth) {
  return std::all_of(list.begin(), list.end(), [&](Node statement) { return completes_one(statement, depth); });
}

}  // namespace

bool completes(const std::vector<Node>& list) { return completes_list(list, 0); }

}  // namespace sampan::scan::java
