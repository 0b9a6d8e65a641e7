#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool in_data_class(Node field) {
  for (Node type = field.ancestor(Kind::class_declaration); type; type = type.ancestor(Kind::class_declaration)) {
    const auto name = type.child(Field::name).text();
    for (const std::string_view ending : {"DO", "DTO", "VO", "DAO"}) {
      if (name.ends_with(ending)) return true;
    }
  }
  return false;
}

}  // namespace

constinit const Rule kBooleanPropertyShouldNotStartWithIs = {
    .name = "BooleanPropertyShouldNotStartWithIsRule",
    .severity = Severity::critical,
    .summary = {"数据类的 boolean 字段不以 is 开头", "A boolean field of a data class does not start with is"},
    .remedy = {"去掉 is：getter 会叫 isXxx，有的框架会因此认错字段",
               "Drop the is: the getter is called isXxx, and frameworks that guess the field from it guess wrong"},
    .check = [](const Source& source, Report& report) {
      for (const auto& variable : source.names.variables()) {
        if (!variable.owner.is(Kind::field_declaration) || !variable.type.is(Kind::boolean_type)) continue;
        if (!variable.name.starts_with("is") || !in_data_class(variable.owner)) continue;
        report.add(variable.name_node, "boolean 字段 {} 以 is 开头", "The boolean field {} starts with is",
                   variable.name);
      }
    }};

}  // namespace sampan::scan::p3c
