#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

// Does this argument give threads a name of their own: anything but Executors' factory or something else than a
// factory?
bool is_factory(const Names& names, Node argument) {
  const Node created = argument.is(Kind::object_creation) ? argument.child(Field::type) : Node();
  if (names.is_type(created, "java.util.concurrent.RejectedExecutionHandler")) return false;
  if (argument.is(Kind::method_invocation) && receiver(argument).text() == "Executors") return false;
  if (argument.is(Kind::lambda)) {
    const Node parameters = argument.child(Field::parameters);
    return parameters.is(Kind::identifier) || (parameters.first() && !parameters.first().next());
  }
  const Variable* variable = names.resolve(argument);
  return !variable || !names.is_type(variable->type, "java.util.concurrent.RejectedExecutionHandler");
}

void check_pool(const Source& source, Node creation, std::size_t factory, Report& report) {
  const auto given = arguments(creation);
  if (given.size() > factory) return;
  if (given.size() < factory || !is_factory(source.names, given[factory - 1]))
    report.add(Span{creation.start(), creation.child(Field::type).end()}, "线程池的线程没有名字",
               "The threads of this pool have no name");
}

}  // namespace

constinit const Rule kThreadShouldSetName = {
    .name = "ThreadShouldSetNameRule",
    .severity = Severity::critical,
    .summary = {"线程池的线程有自己的名字", "The threads of a pool have names of their own"},
    .remedy = {"传入给线程起名的 ThreadFactory：出错时才看得出是哪个池",
               "Pass a ThreadFactory that names them: logs then tell the pool"},
    .check = [](const Source& source, Report& report) {
      for (Node creation : source.tree.all(Kind::object_creation)) {
        const Node type = creation.child(Field::type);
        if (source.names.is_type(type, "java.util.concurrent.ThreadPoolExecutor"))
          check_pool(source, creation, 6, report);
        if (source.names.is_type(type, "java.util.concurrent.ScheduledThreadPoolExecutor"))
          check_pool(source, creation, 2, report);
      }
    }};

}  // namespace sampan::scan::p3c
