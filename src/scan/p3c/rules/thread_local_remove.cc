#include <set>

#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

// `withInitial`, or an `initialValue` of its own.
bool has_initial_value(Node declarator) {
  const Node value = declarator.child(Field::value);
  if (method(value) == "withInitial" && receiver(value).text() == "ThreadLocal") return true;
  for (Node member : value.child(Kind::class_body).children()) {
    if (member.is(Kind::method_declaration)) return member.child(Field::name).text() == "initialValue";
  }
  return false;
}

std::set<std::string_view> removed_names(const Tree& tree) {
  std::set<std::string_view> names;
  for (Node call : tree.all(Kind::method_invocation)) {
    if (method(call) != "remove") continue;
    const Node object = receiver(call);
    names.insert(object.is(Kind::field_access) ? object.child(Field::field).text() : object.text());
  }
  return names;
}

}  // namespace

constinit const Rule kThreadLocalShouldRemove = {
    .name = "ThreadLocalShouldRemoveRule",
    .severity = Severity::critical,
    .summary = {"ThreadLocal 字段至少有一处 remove", "A ThreadLocal field is removed somewhere"},
    .remedy = {"在 finally 里调用 remove：线程池会复用线程，旧值会留到下一个任务",
               "Call remove in finally: a pool uses threads again, and the old value stays for the next task"},
    .check = [](const Source& source, Report& report) {
      const auto removed = removed_names(source.tree);
      for (Node field : source.tree.all(Kind::field_declaration)) {
        const Node declarator = field.child(Field::declarator), name = declarator.child(Field::name);
        if (!source.names.is_type(field.child(Field::type), "java.lang.ThreadLocal") || has_initial_value(declarator))
          continue;
        if (!removed.contains(name.text()))
          report.add(name, "ThreadLocal {} 从来没有 remove", "The ThreadLocal {} is never removed", name.text());
      }
    }};

}  // namespace sampan::scan::p3c
