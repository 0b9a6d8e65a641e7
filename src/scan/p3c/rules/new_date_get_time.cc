#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kAvoidNewDateGetTime = {
    .name = "AvoidNewDateGetTimeRule",
    .severity = Severity::blocker,
    .summary = {"取当前毫秒数用 System.currentTimeMillis",
                "The time in milliseconds comes from System.currentTimeMillis"},
    .remedy = {"写 System.currentTimeMillis()", "Write System.currentTimeMillis()"},
    .check = [](const Source& source, Report& report) {
      for (Node call : source.tree.all(Kind::method_invocation)) {
        const Node object = receiver(call);
        if (method(call) != "getTime" || !arguments(call).empty() || !object.is(Kind::object_creation)) continue;
        if (type_name(object.child(Field::type)) == "Date" && arguments(object).empty())
          report.add(call, "用 new Date().getTime() 取当前时间", "new Date().getTime() is used for the current time");
      }
    }};

}  // namespace sampan::scan::p3c
