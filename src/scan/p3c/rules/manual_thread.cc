#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

constexpr std::string_view kThread = "java.lang.Thread", kFactory = "java.util.concurrent.ThreadFactory";

bool returns_thread(const Names& names, Node declared) { return names.is_type(declared.child(Field::type), kThread); }

// The `newThread(Runnable)` of a thread factory.
bool is_new_thread(const Names& names, Node declared) {
  if (declared.child(Field::name).text() != "newThread" || !returns_thread(names, declared)) return false;
  const Node parameters = declared.child(Field::parameters), only = parameters.first();
  return only && !only.next() && names.is_type(only.child(Field::type), "java.lang.Runnable");
}

bool in_factory(const Names& names, Node declared) {
  for (Node implemented : declared.ancestor(Kind::class_declaration).child(Field::interfaces).first().children()) {
    if (names.is_type(implemented, kFactory)) return true;
  }
  const Node declarator = declared.ancestor(Kind::variable_declarator);
  return declarator && names.is_type(declarator.parent().child(Field::type), kFactory);
}

bool makes_threads_for_factory(const Names& names, Node declared) {
  if (!declared) return false;
  if (is_new_thread(names, declared)) return true;
  const bool inner = has_modifier(declared, Kind::kw_private) || has_modifier(declared, Kind::kw_protected);
  return inner && returns_thread(names, declared) && in_factory(names, declared);
}

// `Runtime.getRuntime().addShutdownHook(new Thread(...))`
bool in_runtime_statement(Node creation) {
  Node statement =
      creation.ancestor(Kind::expression_statement, Kind::local_variable, Kind::return_statement, Kind::block);
  return statement.text().starts_with("Runtime");
}

}  // namespace

constinit const Rule kAvoidManuallyCreateThread = {
    .name = "AvoidManuallyCreateThreadRule",
    .severity = Severity::critical,
    .summary = {"线程由线程池提供，不自己 new", "Threads come from a pool and are not made by hand"},
    .remedy = {"用 ThreadPoolExecutor：自己建线程会无限制地占用内存和切换",
               "Use ThreadPoolExecutor: threads made by hand have no bound"},
    .check = [](const Source& source, Report& report) {
      const Names& names = source.names;
      for (Node creation : source.tree.all(Kind::object_creation)) {
        if (!names.is_type(creation.child(Field::type), kThread)) continue;
        if (in_runtime_statement(creation) || creation.ancestor(Kind::static_initializer, Kind::lambda)) continue;
        const Node field = creation.ancestor(Kind::field_declaration);
        const bool own_field = field && names.is_type(field.child(Field::type), kThread);
        if (own_field || !makes_threads_for_factory(names, creation.ancestor(Kind::method_declaration)))
          report.add(creation, "自己创建了线程", "A thread is made by hand");
      }
    }};

}  // namespace sampan::scan::p3c
