#include "scan/p3c/pojo.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kPojoNoDefaultValue = {
    .name = "PojoNoDefaultValueRule",
    .severity = Severity::major,
    .summary = {"数据类的字段不设默认值", "Fields of a data class have no default values"},
    .remedy = {"去掉默认值：更新时它会覆盖库里已有的值",
               "Drop the default: an update would write it over the stored value"},
    .check = [](const Source& source, Report& report) {
      for (const auto& field : pojo_fields(source)) {
        if (has_modifier(field, Kind::kw_final) || has_modifier(field, Kind::kw_volatile)) continue;
        for (Node declarator : field.children()) {
          if (!declarator.is(Kind::variable_declarator) || !declarator.child(Field::value)) continue;
          const Node name = field.child(Field::declarator).child(Field::name);
          report.add(name, "数据类的字段 {} 有默认值", "The field {} of a data class has a default value", name.text());
          break;
        }
      }
    }};

}  // namespace sampan::scan::p3c
