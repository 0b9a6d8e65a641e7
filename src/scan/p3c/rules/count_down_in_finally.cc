#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kCountDownShouldInFinally = {
    .name = "CountDownShouldInFinallyRule",
    .severity = Severity::major,
    .summary = {"countDown 写在 finally 里", "countDown stands in finally"},
    .remedy = {"移进 finally：前面抛异常时等待的线程才不会一直等",
               "Move it there: else who waits waits for ever after an exception"},
    .check = [](const Source& source, Report& report) {
      for (const Kind kind : {Kind::try_statement, Kind::try_with_resources}) {
        for (Node attempt : source.tree.all(kind)) {
          for (Node statement : attempt.child(Field::body).children()) {
            const Node call = statement_call(statement);
            if (method(call) != "countDown") continue;
            const Variable* variable = source.names.resolve(receiver(call));
            if (variable && source.names.is_type(variable->type, "java.util.concurrent.CountDownLatch"))
              report.add(call, "{} 不在 finally 里", "{} does not stand in finally", call.text());
          }
        }
      }
    }};

}  // namespace sampan::scan::p3c
