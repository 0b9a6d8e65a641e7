#include "scan/p3c/locks.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool first_unlocks(Node attempt, std::string_view lock) {
  const Node call = statement_call(attempt.child(Kind::finally_clause).child(Kind::block).first());
  return method(call) == "unlock" && receiver(call).text() == lock;
}

// The last act of a method is to lock: it does so for its caller.
bool locks_for_caller(Node statement) {
  const Node body = statement.parent();
  return !statement.next() && body.is(Kind::block) && body.parent().is(Kind::method_declaration);
}

}  // namespace

constinit const Rule kLockShouldWithTryFinally = {
    .name = "LockShouldWithTryFinallyRule",
    .severity = Severity::blocker,
    .summary = {"lock 之后紧跟 try，unlock 是 finally 的第一句",
                "lock is followed by try at once, and unlock is the first statement of its finally"},
    .remedy = {"把 lock 放在 try 前一行：中间抛异常锁就不再释放，没锁上就 unlock 会抛异常",
               "Put lock right before try: an exception between them keeps the lock for ever, and unlock without lock "
               "throws"},
    .check = [](const Source& source, Report& report) {
      for (Node statement : source.tree.all(Kind::expression_statement)) {
        const Node call = statement_call(statement);
        const auto name = method(call);
        if ((name != "lock" && name != "lockInterruptibly") || !is_lock(source.names, receiver(call))) continue;
        const Node next = statement.next();
        if (next.is(Kind::try_statement, Kind::try_with_resources) && first_unlocks(next, receiver(call).text()))
          continue;
        if (locks_for_caller(statement)) continue;
        report.add(call, "{} 后面没有紧跟 finally 里第一句就 unlock 的 try",
                   "{} is not followed by a try whose finally unlocks first", call.text());
      }
    }};

}  // namespace sampan::scan::p3c
