#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

// The import of Date stays: it may be used elsewhere, and an import too many changes nothing.
std::vector<Change> replaced(const Source& source, Node call, Node date) {
  constexpr std::string_view kPlain = "newDate().getTime()";
  std::string written;
  for (const char c : call.text()) {
    if (std::string_view(" \t\r\n").find(c) == std::string_view::npos) written += c;
  }
  if (written != kPlain || !source.names.is_type(date.child(Field::type), "java.util.Date")) return {};
  return {{{call.start(), call.end()}, "System.currentTimeMillis()"}};
}

}  // namespace

constinit const Rule kAvoidNewDateGetTime = {
    .name = "AvoidNewDateGetTimeRule",
    .severity = Severity::blocker,
    .summary = {"取当前毫秒数用 System.currentTimeMillis",
                "The time in milliseconds comes from System.currentTimeMillis"},
    .remedy = {"写 System.currentTimeMillis()", "Write System.currentTimeMillis()"},
    .fix = {"new Date().getTime() 改成 System.currentTimeMillis()，import 不动",
            "new Date().getTime() becomes System.currentTimeMillis(); imports stay"},
    .check = [](const Source& source, Report& report) {
      for (Node call : source.tree.all(Kind::method_invocation)) {
        const Node object = receiver(call);
        if (method(call) != "getTime" || !arguments(call).empty() || !object.is(Kind::object_creation)) continue;
        if (type_name(object.child(Field::type)) == "Date" && arguments(object).empty())
          report.add(call, "用 new Date().getTime() 取当前时间", "new Date().getTime() is used for the current time")
              .fix = replaced(source, call, object);
      }
    }};

}  // namespace sampan::scan::p3c
