#include "scan/p3c/pojo.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kPojoMustUsePrimitiveField = {
    .name = "PojoMustUsePrimitiveFieldRule",
    .severity = Severity::major,
    .summary = {"数据类的字段用包装类型", "Fields of a data class have wrapper types"},
    .remedy = {"把 int 改成 Integer 等：基本类型说不出“没有值”",
               "Write Integer for int and so on: a primitive cannot say \"no value\""},
    .check = [](const Source& source, Report& report) {
      for (const auto& field : pojo_fields(source)) {
        if (has_modifier(field, Kind::kw_transient)) continue;
        const Node type = field.child(Field::type);
        // p3c counts arrays of primitives too, and so do we, that both tools say the same of one class.
        const Node element = type.is(Kind::array_type) ? type.child(Field::element) : type;
        if (!element.is(Kind::integral_type, Kind::floating_point_type, Kind::boolean_type)) continue;
        report.add(type, "数据类的字段 {} 用了基本类型 {}", "The field {} of a data class has the primitive type {}",
                   field.child(Field::declarator).child(Field::name).text(), type.text());
      }
    }};

}  // namespace sampan::scan::p3c
