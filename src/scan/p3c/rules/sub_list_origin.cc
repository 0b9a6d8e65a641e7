#include "scan/p3c/changes.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kConcurrentExceptionWithModifyOriginSubList = {
    .name = "ConcurrentExceptionWithModifyOriginSubListRule",
    .severity = Severity::critical,
    .summary = {"取了 subList 之后不再增删原列表", "After subList the list itself is not added to or removed from"},
    .remedy = {"先复制：new ArrayList<>(list.subList(a, b))", "Copy first: new ArrayList<>(list.subList(a, b))"},
    .check = [](const Source& source, Report& report) {
      for (Node declarator : source.tree.all(Kind::variable_declarator)) {
        const Node value = declarator.child(Field::value);
        if (method(value) != "subList" || !receiver(value)) continue;
        if (type_name(declarator.parent().child(Field::type)) != "List") continue;
        for (Node call : later_changes(declarator, receiver(value).text()))
          report.add(call, "取了 subList 之后又调用 {}，遍历子列表时会抛 ConcurrentModificationException",
                     "After subList comes {}: going through the sublist throws ConcurrentModificationException",
                     call.text());
      }
    }};

}  // namespace sampan::scan::p3c
