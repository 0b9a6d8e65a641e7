#include <vector>

#include "scan/p3c/locks.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_shared_format(const Names& names, Node object) {
  const Variable* variable = names.resolve(object);
  return variable && variable->kind == Variable::Kind::field && has_modifier(variable->owner, Kind::kw_static) &&
         names.is_type(variable->type, "java.text.SimpleDateFormat");
}

bool is_synchronized(Node call) {
  const Node around = call.ancestor(Kind::synchronized_statement, Kind::class_body);
  return around.is(Kind::synchronized_statement);
}

// Follows the calls in the order of the text: what stands between lock and unlock is safe.
void check_method(const Names& names, Node declared, Report& report) {
  std::vector<Node> open;  // locks, and calls that no unlock has answered for yet
  for (Node call : declared.descendants()) {
    if (!call.is(Kind::method_invocation)) continue;
    if (!(call.ancestor(Kind::method_declaration) == declared)) continue;
    const auto name = method(call);
    if (name == "lock" && is_lock(names, receiver(call))) open.push_back(call);
    if (name == "unlock" && is_lock(names, receiver(call))) {
      while (!open.empty() && method(open.back()) != "lock") open.pop_back();
      if (!open.empty()) open.pop_back();
    }
    if (name == "format" && is_shared_format(names, receiver(call)) && !is_synchronized(call)) open.push_back(call);
  }
  for (Node call : open) {
    if (method(call) == "format")
      report.add(call, "没有加锁就调用静态的 SimpleDateFormat {}",
                 "The static SimpleDateFormat {} is called without a lock", receiver(call).text());
  }
}

}  // namespace

constinit const Rule kAvoidCallStaticSimpleDateFormat = {
    .name = "AvoidCallStaticSimpleDateFormatRule",
    .severity = Severity::critical,
    .summary = {"静态的 SimpleDateFormat 加锁后再用", "A static SimpleDateFormat is used under a lock only"},
    .remedy = {"改用 DateTimeFormatter，或放进 ThreadLocal：SimpleDateFormat 不是线程安全的",
               "Use DateTimeFormatter, or a ThreadLocal: SimpleDateFormat is not safe between threads"},
    .check = [](const Source& source, Report& report) {
      for (Node declared : source.tree.all(Kind::method_declaration)) {
        if (!has_modifier(declared, Kind::kw_synchronized)) check_method(source.names, declared, report);
      }
    }};

}  // namespace sampan::scan::p3c
