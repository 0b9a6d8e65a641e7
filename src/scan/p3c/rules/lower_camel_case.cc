#include "scan/p3c/camel.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool exempt_field(Node node) {
  if (node.ancestor(Kind::constant_declaration)) return true;
  const Node field = node.ancestor(Kind::field_declaration);
  return field && (has_modifier(field, Kind::kw_final) || has_modifier(field, Kind::kw_static));
}

bool starts_with_sign(std::string_view name) { return name.starts_with('$') || name.starts_with('_'); }

}  // namespace

constinit const Rule kLowerCamelCaseVariableNaming = {
    .name = "LowerCamelCaseVariableNamingRule",
    .severity = Severity::critical,
    .summary = {"方法、参数、字段和局部变量名用 lowerCamelCase",
                "Names of methods, parameters, fields and local variables are lowerCamelCase"},
    .remedy = {"写成 localValue、getHttpMessage 这样的名字", "Write it like localValue or getHttpMessage"},
    .check = [](const Source& source, Report& report) {
      for (const auto& variable : source.names.variables()) {
        if (starts_with_sign(variable.name) || is_variable_name(variable.name)) continue;
        if (exempt_field(variable.name_node) || variable.name_node.ancestor(Kind::annotation_type_declaration))
          continue;
        report.add(variable.name_node, "变量名 {} 不是 lowerCamelCase",
                   "The name of the variable {} is not lowerCamelCase", variable.name);
      }
      for (Node method : source.tree.all(Kind::method_declaration)) {
        const Node name = method.child(Field::name);
        if (starts_with_sign(name.text()) || is_variable_name(name.text())) continue;
        report.add(name, "方法名 {} 不是 lowerCamelCase", "The name of the method {} is not lowerCamelCase",
                   name.text());
      }
    }};

}  // namespace sampan::scan::p3c
