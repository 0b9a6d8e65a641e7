#include "scan/java/types.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool compares_with_null(Node chain, Kind comparison) {
  for (Node at : chain.descendants()) {
    if (!at.is(Kind::binary_expression) || operator_of(at) != comparison) continue;
    if (at.child(Field::left).is(Kind::null_literal) || at.child(Field::right).is(Kind::null_literal)) return true;
  }
  return false;
}

// `x != null && x.equals("a")` and `x == null || x.equals("a")` have taken care.
bool is_guarded(Node call) {
  for (Node at = call.parent(); at; at = at.parent()) {
    if (!at.is(Kind::binary_expression)) continue;
    const Kind joined = operator_of(at);
    if (joined == Kind::op_and && compares_with_null(at, Kind::op_not_equal)) return true;
    if (joined == Kind::op_or && compares_with_null(at, Kind::op_equal)) return true;
  }
  return false;
}

bool is_constant(const Names& names, Node expression) {
  const Variable* variable = names.resolve(expression);
  if (!variable || variable->kind != Variable::Kind::field) return false;
  if (variable->owner.is(Kind::constant_declaration)) return true;
  return has_modifier(variable->owner, Kind::kw_static) && has_modifier(variable->owner, Kind::kw_final);
}

// A variable known to be a String, and a text that is there: then the two may change places, and the only difference
// is the one the rule asks for, false instead of a NullPointerException.
std::vector<Change> exchanged(const Names& names, Node object, Node given) {
  const bool plain = object.is(Kind::identifier) || object.child(Field::object).is(Kind::this_);
  if (!plain || !names.resolve(object) || type_of(names, object) != "String" || names.declares_type("String"))
    return {};
  if (!is_string(given)) {
    const Variable* constant = names.resolve(given);
    if (!constant || !is_string(constant->declarator.child(Field::value))) return {};
  }
  return {{{object.start(), object.end()}, std::string(given.text())},
          {{given.start(), given.end()}, std::string(object.text())}};
}

}  // namespace

constinit const Rule kEqualsAvoidNull = {
    .name = "EqualsAvoidNullRule",
    .severity = Severity::critical,
    .summary = {"用常量或确定非空的对象调用 equals", "equals is called on a constant or on what cannot be null"},
    .remedy = {"写成 \"text\".equals(value) 或 Objects.equals(value, \"text\")",
               "Write \"text\".equals(value) or Objects.equals(value, \"text\")"},
    .fix = {"state.equals(\"paid\") 改成 \"paid\".equals(state)，仅当 state 是本文件里声明为 String 的变量",
            "state.equals(\"paid\") becomes \"paid\".equals(state) where state is a variable this file declares as "
            "String"},
    .check = [](const Source& source, Report& report) {
      for (Node call : source.tree.all(Kind::method_invocation)) {
        if (method(call) != "equals") continue;
        const Node object = receiver(call);
        const auto given = arguments(call);
        if (!object || given.size() != 1 || is_literal(object) || is_constant(source.names, object)) continue;
        if (!is_string(given[0]) && !is_constant(source.names, given[0])) continue;
        if (is_guarded(call)) continue;
        report
            .add(call, "{} 可能为空，却在它上面调用了 equals", "{} may be null, and equals is called on it",
                 object.text())
            .fix = exchanged(source.names, object, given[0]);
      }
    }};

}  // namespace sampan::scan::p3c
