#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kArrayNamingShouldHaveBracket = {
    .name = "ArrayNamingShouldHaveBracketRule",
    .severity = Severity::major,
    .summary = {"数组的方括号写在类型后面", "The brackets of an array stand behind its type"},
    .remedy = {"写成 String[] args，不写 String args[]", "Write String[] args, not String args[]"},
    .check = [](const Source& source, Report& report) {
      for (const auto& variable : source.names.variables()) {
        const bool declared =
            variable.owner.is(Kind::field_declaration, Kind::constant_declaration, Kind::local_variable);
        if (!declared || !variable.array || variable.type.is(Kind::array_type)) continue;
        report.add(variable.name_node, "数组 {} 的方括号写在了名字后面",
                   "The brackets of the array {} stand behind its name", variable.name);
      }
    }};

}  // namespace sampan::scan::p3c
