#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kClassCastExceptionWithToArray = {
    .name = "ClassCastExceptionWithToArrayRule",
    .severity = Severity::critical,
    .summary = {"集合转数组用带参数的 toArray", "A collection becomes an array by toArray with an argument"},
    .remedy = {"写成 list.toArray(new String[0])", "Write list.toArray(new String[0])"},
    .check = [](const Source& source, Report& report) {
      for (Node cast : source.tree.all(Kind::cast_expression)) {
        const Node value = cast.child(Field::value);
        if (method(value) != "toArray" || !receiver(value) || !arguments(value).empty()) continue;
        if (type_name(cast.child(Field::type)) != "Object")
          report.add(value, "{} 返回 Object[]，强制转换会抛 ClassCastException",
                     "{} gives Object[], and the cast throws ClassCastException", value.text());
      }
    }};

}  // namespace sampan::scan::p3c
