#include "scan/p3c/changes.h"

namespace sampan::scan::p3c {

using namespace java;

bool is_change(Node call, std::string_view collection) {
  const auto name = method(call);
  return (name == "add" || name == "remove" || name == "clear") && receiver(call).text() == collection;
}

std::vector<Node> later_changes(Node declarator, std::string_view collection) {
  std::vector<Node> found;
  const Node block = declarator.ancestor(Kind::block, Kind::constructor_body);
  for (Node statement : block.children()) {
    if (statement.start() < declarator.end()) continue;
    const Node call = statement_call(statement);
    if (is_change(call, collection)) found.push_back(call);
  }
  return found;
}

}  // namespace sampan::scan::p3c
