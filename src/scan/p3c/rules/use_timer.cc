#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kAvoidUseTimer = {
    .name = "AvoidUseTimerRule",
    .severity = Severity::blocker,
    .summary = {"定时任务用 ScheduledExecutorService，不用 Timer",
                "Timed tasks use ScheduledExecutorService, not Timer"},
    .remedy = {"换成 ScheduledExecutorService：Timer 的一个任务抛异常，其余都停",
               "Use ScheduledExecutorService: when one task of a Timer throws, all the others stop"},
    .check = [](const Source& source, Report& report) {
      constexpr std::string_view kTimer = "java.util.Timer";
      for (const auto& variable : source.names.variables()) {
        if (variable.declarator.is(Kind::variable_declarator) && source.names.is_type(variable.type, kTimer))
          report.add(variable.name_node, "{} 是 Timer", "{} is a Timer", variable.name);
      }
      for (Node creation : source.tree.all(Kind::object_creation)) {
        if (!source.names.is_type(creation.child(Field::type), kTimer)) continue;
        const Node declarator = creation.ancestor(Kind::variable_declarator);
        if (declarator && source.names.is_type(declarator.parent().child(Field::type), kTimer)) continue;
        report.add(creation, "创建了 Timer", "A Timer is made");
      }
    }};

}  // namespace sampan::scan::p3c
