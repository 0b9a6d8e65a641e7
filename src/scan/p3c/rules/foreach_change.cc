#include "scan/p3c/changes.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool leaves_next(Node statement) {
  return statement.next().is(Kind::break_statement, Kind::return_statement, Kind::throw_statement);
}

}  // namespace

constinit const Rule kDontModifyInForeachCircle = {
    .name = "DontModifyInForeachCircleRule",
    .severity = Severity::blocker,
    .summary = {"foreach 循环里不增删被遍历的集合",
                "In a foreach loop the collection itself is not added to or removed from"},
    .remedy = {"用 Iterator 的 remove、removeIf，或先收集再改",
               "Use Iterator's remove or removeIf, or collect first and change later"},
    .check = [](const Source& source, Report& report) {
      for (Node loop : source.tree.all(Kind::enhanced_for)) {
        const Node collection = loop.child(Field::value);
        if (!collection.is(Kind::identifier, Kind::field_access)) continue;
        const Node body = loop.child(Field::body);
        for (Node statement : body.descendants()) {
          const Node call = statement_call(statement);
          if (!is_change(call, collection.text())) continue;
          const Node around = statement.ancestor(Kind::lambda, Kind::class_body);
          if (around && around.inside(loop)) continue;
          if (!(statement.parent() == body) && leaves_next(statement)) continue;
          report.add(call, "遍历 {} 时调用了 {}", "While {} is gone through, {} is called", collection.text(),
                     call.text());
        }
      }
    }};

}  // namespace sampan::scan::p3c
