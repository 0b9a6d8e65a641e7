#include <algorithm>

#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool has_small_letter(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_constant_field(Node owner) {
  if (owner.is(Kind::constant_declaration)) return true;
  return owner.is(Kind::field_declaration) && has_modifier(owner, Kind::kw_static) &&
         has_modifier(owner, Kind::kw_final);
}

}  // namespace

constinit const Rule kConstantFieldShouldBeUpperCase = {
    .name = "ConstantFieldShouldBeUpperCaseRule",
    .severity = Severity::critical,
    .summary = {"常量名全部大写，单词间用下划线隔开",
                "Names of constants are capital letters, words apart by underscores"},
    .remedy = {"写成 MAX_STOCK_COUNT 这样的名字", "Write it like MAX_STOCK_COUNT"},
    .check = [](const Source& source, Report& report) {
      for (const auto& variable : source.names.variables()) {
        const bool first = variable.declarator == variable.owner.child(Field::declarator);
        if (!first || !is_constant_field(variable.owner)) continue;
        const auto type = type_name(variable.type);
        if (type == "Log" || type == "Logger") continue;
        if (variable.name == "serialVersionUID" || variable.name.ends_with("Service")) continue;
        if (has_small_letter(variable.name))
          report.add(variable.name_node, "常量 {} 没有全部大写", "The constant {} is not written in capital letters",
                     variable.name);
      }
    }};

}  // namespace sampan::scan::p3c
