#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kClassCastExceptionWithSubListToArrayList = {
    .name = "ClassCastExceptionWithSubListToArrayListRule",
    .severity = Severity::critical,
    .summary = {"subList 的结果不转成 ArrayList", "The result of subList is not cast to ArrayList"},
    .remedy = {"用 new ArrayList<>(list.subList(a, b))：subList 返回的是原列表的视图",
               "Write new ArrayList<>(list.subList(a, b)): subList gives a view of the list"},
    .check = [](const Source& source, Report& report) {
      for (Node cast : source.tree.all(Kind::cast_expression)) {
        const Node value = cast.child(Field::value);
        if (method(value) == "subList" && receiver(value) && type_name(cast.child(Field::type)) == "ArrayList")
          report.add(value, "{} 的 subList 结果被转成 ArrayList，运行时会抛 ClassCastException",
                     "The subList of {} is cast to ArrayList, which throws ClassCastException", receiver(value).text());
      }
    }};

}  // namespace sampan::scan::p3c
