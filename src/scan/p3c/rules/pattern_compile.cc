#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kAvoidPatternCompileInMethod = {
    .name = "AvoidPatternCompileInMethodRule",
    .severity = Severity::blocker,
    .summary = {"正则表达式预编译，不在方法里 Pattern.compile",
                "A pattern is compiled once, not in each call of a method"},
    .remedy = {"定义 private static final Pattern 字段", "Make it a private static final field"},
    .check = [](const Source& source, Report& report) {
      for (Node call : source.tree.all(Kind::method_invocation)) {
        if (method(call) != "compile" || receiver(call).text() != "Pattern" || !call.ancestor(Kind::method_declaration))
          continue;
        for (Node argument : arguments(call)) {
          if (!is_string(argument)) continue;
          report.add(call, "每次调用都编译正则 {}", "The pattern {} is compiled at each call", argument.text());
          break;
        }
      }
    }};

}  // namespace sampan::scan::p3c
