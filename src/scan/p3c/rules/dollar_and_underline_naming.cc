#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool starts_oddly(std::string_view name) { return name.starts_with('$') || name.starts_with('_'); }

void check_name(Node name, Report& report) {
  if (name.is(Kind::identifier) && starts_oddly(name.text()))
    report.add(name, "名字 {} 以下划线或美元符号开头", "The name {} starts with an underscore or a dollar sign",
               name.text());
}

}  // namespace

constinit const Rule kAvoidStartWithDollarAndUnderLineNaming = {
    .name = "AvoidStartWithDollarAndUnderLineNamingRule",
    .severity = Severity::critical,
    .summary = {"名字不以下划线或美元符号开头", "No name starts with an underscore or a dollar sign"},
    .remedy = {"去掉开头的符号", "Drop the sign"},
    .check = [](const Source& source, Report& report) {
      for (const Kind kind : {Kind::class_declaration, Kind::interface_declaration, Kind::record_declaration}) {
        for (Node type : source.tree.all(kind)) {
          const Node name = type.child(Field::name);
          if (starts_oddly(name.text()))
            report.add(heading(type), "名字 {} 以下划线或美元符号开头",
                       "The name {} starts with an underscore or a dollar sign", name.text());
        }
      }
      for (const auto& variable : source.names.variables()) check_name(variable.name_node, report);
      for (Node method : source.tree.all(Kind::method_declaration)) check_name(method.child(Field::name), report);
    }};

}  // namespace sampan::scan::p3c
