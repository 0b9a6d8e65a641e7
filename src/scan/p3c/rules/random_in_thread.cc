#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_shared_random(const Names& names, Node object) {
  const Variable* variable = names.resolve(object);
  return variable && variable->kind == Variable::Kind::field && has_modifier(variable->owner, Kind::kw_static) &&
         names.is_type(variable->type, "java.util.Random");
}

bool in_thread_class(const Names& names, Node call) {
  if (!call.ancestor(Kind::method_declaration)) return false;
  for (Node type = call.ancestor(Kind::class_declaration); type; type = type.ancestor(Kind::class_declaration)) {
    if (names.is_type(type.child(Field::superclass).first(), "java.lang.Thread")) return true;
  }
  return false;
}

}  // namespace

constinit const Rule kAvoidConcurrentCompetitionRandom = {
    .name = "AvoidConcurrentCompetitionRandomRule",
    .severity = Severity::major,
    .summary = {"多个线程不共用一个 Random", "Threads do not share one Random"},
    .remedy = {"用 ThreadLocalRandom.current()", "Use ThreadLocalRandom.current()"},
    .check = [](const Source& source, Report& report) {
      for (Node call : source.tree.all(Kind::method_invocation)) {
        const bool math = method(call) == "random" && receiver(call).text() == "Math";
        if (!math && !is_shared_random(source.names, receiver(call))) continue;
        if (in_thread_class(source.names, call))
          report.add(call, "线程里用 {} 会争抢同一个种子", "Threads that call {} compete for one seed",
                     call.child(Field::object).text());
      }
    }};

}  // namespace sampan::scan::p3c
