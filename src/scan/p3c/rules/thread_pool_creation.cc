#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

constexpr std::string_view kExecutors = "java.util.concurrent.Executors";

// What it makes has no bound. The pools of virtual threads are not pools in that sense.
bool makes_pool(std::string_view name) {
  return name.starts_with("new") && name != "newVirtualThreadPerTaskExecutor" && name != "newThreadPerTaskExecutor";
}

bool is_imported_method(const Names& names, std::string_view name) {
  for (const auto& import : names.imports()) {
    if (!import.is_static) continue;
    if (import.on_demand ? import.name == kExecutors : import.name == std::string(kExecutors) + "." + std::string(name))
      return true;
  }
  return false;
}

}  // namespace

constinit const Rule kThreadPoolCreation = {
    .name = "ThreadPoolCreationRule",
    .severity = Severity::blocker,
    .summary = {"线程池用 ThreadPoolExecutor 创建，不用 Executors",
                "Pools are made with ThreadPoolExecutor, not with Executors"},
    .remedy = {"写明队列长度和最大线程数：Executors 的队列或线程数没有上限，会耗尽内存",
               "Say the length of the queue and the most threads: those of Executors have no bound and eat the memory"},
    .check = [](const Source& source, Report& report) {
      for (Node call : source.tree.all(Kind::method_invocation)) {
        const auto name = method(call);
        if (!makes_pool(name)) continue;
        const Node object = receiver(call);
        const bool made = object ? object.text() == kExecutors ||
                                       (object.text() == "Executors" && source.names.imports_name(kExecutors))
                                 : is_imported_method(source.names, name);
        if (made)
          report.add(Span{call.start(), call.child(Field::name).end()}, "用 Executors.{} 创建线程池",
                     "The pool is made with Executors.{}", name);
      }
    }};

}  // namespace sampan::scan::p3c
