#include "scan/p3c/changes.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kUnsupportedExceptionWithModifyAsList = {
    .name = "UnsupportedExceptionWithModifyAsListRule",
    .severity = Severity::critical,
    .summary = {"Arrays.asList 的结果不能增删", "The list of Arrays.asList is not added to or removed from"},
    .remedy = {"用 new ArrayList<>(Arrays.asList(...))", "Write new ArrayList<>(Arrays.asList(...))"},
    .check = [](const Source& source, Report& report) {
      for (Node declarator : source.tree.all(Kind::variable_declarator)) {
        const Node value = declarator.child(Field::value);
        if (method(value) != "asList" || receiver(value).text() != "Arrays") continue;
        if (type_name(declarator.parent().child(Field::type)) != "List") continue;
        for (Node call : later_changes(declarator, declarator.child(Field::name).text()))
          report.add(call, "{} 改动了 Arrays.asList 的结果，会抛 UnsupportedOperationException",
                     "{} changes the list of Arrays.asList, which throws UnsupportedOperationException", call.text());
      }
    }};

}  // namespace sampan::scan::p3c
