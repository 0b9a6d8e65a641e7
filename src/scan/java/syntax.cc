#include "scan/java/syntax.h"

namespace sampan::scan::java {

bool has_modifier(Node declaration, Kind keyword) {
  return static_cast<bool>(declaration.child(Kind::modifiers).child(keyword));
}

std::vector<Node> annotations(Node declaration) {
  std::vector<Node> found;
  for (Node at : declaration.child(Kind::modifiers).children()) {
    if (at.is(Kind::annotation, Kind::marker_annotation)) found.push_back(at);
  }
  return found;
}

std::string annotation_name(Node annotation) { return type_name(annotation.child(Field::name)); }

Node head(Node declaration) {
  for (Node at : declaration.children()) {
    if (!at.is(Kind::modifiers)) return at;
  }
  return declaration;
}

bool is_type_declaration(Node node) {
  return node.is(Kind::class_declaration, Kind::interface_declaration, Kind::enum_declaration, Kind::record_declaration,
                 Kind::annotation_type_declaration);
}

Node body_owner(Node member) {
  Node body = member.ancestor(Kind::class_body, Kind::interface_body, Kind::enum_body, Kind::annotation_type_body);
  const Node owner = body.parent();
  return is_type_declaration(owner) ? owner : Node();
}

bool is_nested(Node declaration) {
  return static_cast<bool>(
      declaration.ancestor(Kind::class_body, Kind::interface_body, Kind::enum_body, Kind::annotation_type_body));
}

bool is_interface_member(Node member) { return member.parent().is(Kind::interface_body, Kind::annotation_type_body); }

Node receiver(Node call) { return call.child(Field::object); }
std::string_view method(Node call) {
  return call.is(Kind::method_invocation) ? call.child(Field::name).text() : std::string_view();
}

std::vector<Node> arguments(Node call) {
  std::vector<Node> found;
  for (Node at : call.child(Field::arguments).children()) found.push_back(at);
  return found;
}

Node unwrapped(Node expression) {
  while (expression.is(Kind::parenthesized) && expression.first()) expression = expression.first();
  return expression;
}

bool is_string(Node expression) { return expression.is(Kind::string_literal); }
bool is_integer(Node expression) {
  return expression.is(Kind::decimal_integer, Kind::hex_integer, Kind::octal_integer, Kind::binary_integer);
}
bool is_floating(Node expression) { return expression.is(Kind::decimal_floating, Kind::hex_floating); }
bool is_literal(Node expression) {
  return is_string(expression) || is_integer(expression) || is_floating(expression) ||
         expression.is(Kind::character_literal, Kind::true_literal, Kind::false_literal, Kind::null_literal);
}

Kind operator_of(Node expression) { return expression.child(Field::operator_).kind(); }

bool is_loop(Node statement) {
  return statement.is(Kind::for_statement, Kind::enhanced_for, Kind::while_statement, Kind::do_statement);
}

std::vector<Node> statements(Node block) {
  std::vector<Node> found;
  for (Node at : block.children()) {
    if (!at.is(Kind::switch_label)) found.push_back(at);
  }
  return found;
}

Node statement_call(Node statement) {
  if (!statement.is(Kind::expression_statement)) return {};
  return statement.child(Kind::method_invocation);
}

}  // namespace sampan::scan::java
