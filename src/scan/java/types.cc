#include "scan/java/types.h"

#include <algorithm>
#include <array>
#include <utility>

#include "scan/java/syntax.h"

namespace sampan::scan::java {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWrappers = {{{"Integer", "int"},
                                                                                     {"Long", "long"},
                                                                                     {"Boolean", "boolean"},
                                                                                     {"Byte", "byte"},
                                                                                     {"Double", "double"},
                                                                                     {"Short", "short"},
                                                                                     {"Float", "float"},
                                                                                     {"Character", "char"}}};

constexpr int kDepth = 32;  // expressions nested deeper have no known type

std::string typed(const Names& names, Node expression, int depth);

std::string declared(const Variable& variable) {
  if (!variable.type || variable.type.text() == "var") return {};
  std::string name = simple_name(variable.type);
  if (variable.array || variable.type.is(Kind::array_type) || variable.owner.is(Kind::spread_parameter)) name += "[]";
  return name;
}

std::string of_literal(Node literal) {
  const auto text = literal.text();
  const char last = text.empty() ? ' ' : text.back();
  if (is_string(literal)) return "String";
  if (is_floating(literal)) return last == 'f' || last == 'F' ? "float" : "double";
  if (is_integer(literal)) return last == 'l' || last == 'L' ? "long" : "int";
  if (literal.is(Kind::character_literal)) return "char";
  return literal.is(Kind::true_literal, Kind::false_literal) ? "boolean" : "";
}

// Binary numeric promotion (JLS 5.6.2).
std::string promoted(const std::string& left, const std::string& right) {
  const std::string a = unboxed(left), b = unboxed(right);
  constexpr std::array kNumbers = {"double", "float", "long", "int", "short", "byte", "char"};
  const auto number = [&](const std::string& type) {
    return std::find(kNumbers.begin(), kNumbers.end(), type) - kNumbers.begin();
  };
  const auto wider = std::min(number(a), number(b));
  if (std::max(number(a), number(b)) >= static_cast<std::ptrdiff_t>(kNumbers.size())) return {};
  return wider < 3 ? kNumbers[static_cast<std::size_t>(wider)] : "int";
}

std::string of_binary(const Names& names, Node expression, int depth) {
  switch (operator_of(expression)) {
    case Kind::op_plus:
    case Kind::op_minus:
    case Kind::op_times:
    case Kind::op_divide:
    case Kind::op_modulo: break;
    case Kind::op_and:
    case Kind::op_or:
    case Kind::op_equal:
    case Kind::op_not_equal:
    case Kind::op_less:
    case Kind::op_greater:
    case Kind::op_less_equal:
    case Kind::op_greater_equal: return "boolean";
    default: return {};
  }
  const auto left = typed(names, expression.child(Field::left), depth + 1);
  const auto right = typed(names, expression.child(Field::right), depth + 1);
  if (operator_of(expression) == Kind::op_plus && (left == "String" || right == "String")) return "String";
  return promoted(left, right);
}

// What a method of a collection gives, by the type arguments its variable was declared with.
std::string of_generic_call(const Names& names, Node call) {
  const Variable* variable = names.resolve(receiver(call));
  if (!variable) return {};
  const auto given = type_arguments(variable->type);
  const auto type = simple_name(variable->type);
  const auto name = method(call);
  const auto argument = [&](std::size_t which) {
    return which < given.size() ? simple_name(given[which]) : std::string();
  };
  if (type.ends_with("Map") && (name == "get" || name == "put" || name == "remove" || name == "getOrDefault"))
    return argument(1);
  if ((type.ends_with("List") || type == "Optional" || type == "Supplier" || type == "ThreadLocal" ||
       type == "Future" || type == "CompletableFuture" || type == "AtomicReference") &&
      name == "get")
    return argument(0);
  if (type == "Iterator" && name == "next") return argument(0);
  return {};
}

std::string of_call(const Names& names, Node call) {
  const Node object = receiver(call);
  const auto name = method(call);
  if (object.is(Kind::identifier) && !names.resolve(object)) {
    const auto owner = object.text();
    if (is_wrapper(owner)) {
      if (name == "valueOf") return std::string(owner);
      if (name.starts_with("parse") || name.ends_with("Value")) return unboxed(owner);
    }
    if (owner == "Math") {
      for (const std::string_view real :
           {"random", "sqrt", "pow", "ceil", "floor", "sin", "cos", "log", "exp", "rint"}) {
        if (name == real) return "double";
      }
    }
    if (owner == "String" && (name == "valueOf" || name == "format")) return "String";
    return {};
  }
  for (const auto& [wrapper, primitive] : kWrappers) {
    if (name.ends_with("Value") && name.substr(0, name.size() - 5) == primitive) return std::string(primitive);
  }
  return of_generic_call(names, call);
}

// `other.count` where the type of `other` is declared in this file.
std::string of_field(const Names& names, Node access, int depth) {
  if (const Variable* variable = names.resolve(access)) return declared(*variable);
  const auto field = access.child(Field::field).text();
  const auto owner = typed(names, access.child(Field::object), depth + 1);
  if (owner.ends_with("[]") && field == "length") return "int";
  if (!names.declares_type(owner)) return {};
  for (const auto& variable : names.variables()) {
    if (variable.kind == Variable::Kind::field && variable.name == field &&
        body_owner(variable.owner).child(Field::name).text() == owner)
      return declared(variable);
  }
  return {};
}

std::string typed(const Names& names, Node expression, int depth) {
  if (!expression || depth > kDepth) return {};
  if (is_literal(expression)) return of_literal(expression);
  switch (expression.kind()) {
    case Kind::identifier: {
      const Variable* variable = names.resolve(expression);
      return variable ? declared(*variable) : std::string();
    }
    case Kind::field_access: return of_field(names, expression, depth);
    case Kind::parenthesized: return typed(names, expression.first(), depth + 1);
    case Kind::cast_expression: return simple_name(expression.child(Field::type));
    case Kind::object_creation: return simple_name(expression.child(Field::type));
    case Kind::assignment: return typed(names, expression.child(Field::left), depth + 1);
    case Kind::unary_expression:
      if (operator_of(expression) == Kind::op_not) return "boolean";
      return unboxed(typed(names, expression.child(Field::operand), depth + 1));
    case Kind::binary_expression: return of_binary(names, expression, depth);
    case Kind::method_invocation: return of_call(names, expression);
    case Kind::array_access: {
      auto array = typed(names, expression.child(Field::array), depth + 1);
      if (!array.ends_with("[]")) return {};
      array.resize(array.size() - 2);
      return array;
    }
    default: return {};
  }
}

}  // namespace

std::string type_of(const Names& names, Node expression) { return typed(names, expression, 0); }

bool is_wrapper(std::string_view type) {
  return std::any_of(kWrappers.begin(), kWrappers.end(), [&](const auto& row) { return row.first == type; });
}

std::string unboxed(std::string_view type) {
  for (const auto& [wrapper, primitive] : kWrappers) {
    if (wrapper == type) return std::string(primitive);
  }
  return std::string(type);
}

}  // namespace sampan::scan::java
