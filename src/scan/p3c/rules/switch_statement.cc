#include <algorithm>

#include "scan/java/flow.h"
#include "scan/p3c/comments.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

struct Labels {
  bool any_default = false, patterns = false, arrows = false;
};

Labels labels_of(Node block) {
  Labels found;
  for (Node part : block.children()) {
    found.arrows = found.arrows || part.is(Kind::switch_rule);
    for (Node label : part.children()) {
      if (!label.is(Kind::switch_label)) continue;
      found.any_default = found.any_default || label.text().starts_with("default") || label.child(Kind::kw_default);
      found.patterns = found.patterns || label.child(Kind::pattern) || label.child(Kind::record_pattern);
    }
  }
  return found;
}

// "falls through" written by hand, as the guideline asks where it is meant.
bool says_so(const Tree& tree, Node group, Node next) {
  for (const auto& comment : comments_between(tree, group.start(), next.start())) {
    std::string text(tree.text(comment));
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    for (const std::string_view words : {"fall through", "fallthrough", "falls through", "fall-through", "fallthru"}) {
      if (text.find(words) != std::string::npos) return true;
    }
  }
  return false;
}

bool falls_through(const Tree& tree, Node block) {
  for (Node group : block.children()) {
    const Node next = group.next();
    if (!group.is(Kind::switch_group) || !next) continue;
    const auto body = statements(group);
    if (!body.empty() && completes(body) && !says_so(tree, group, next)) return true;
  }
  return false;
}

}  // namespace

constinit const Rule kSwitchStatement = {
    .name = "SwitchStatementRule",
    .severity = Severity::critical,
    .summary = {"switch 的每个 case 以 break、return 等结束，并且有 default",
                "Each case of a switch ends with break, return or the like, and there is a default"},
    .remedy = {"补上 break 或 default；确实要继续执行下一个 case 时写注释 fall through",
               "Add the break or the default; where the next case is meant to run too, say // fall through"},
    .check = [](const Source& source, Report& report) {
      for (Node chosen : source.tree.all(Kind::switch_expression)) {
        const bool statement =
            chosen.parent().is(Kind::block, Kind::constructor_body, Kind::switch_group, Kind::labeled_statement,
                               Kind::if_statement, Kind::expression_statement) ||
            is_loop(chosen.parent());
        const Node block = chosen.child(Field::body);
        const Labels labels = labels_of(block);
        // Of a switch with a value, or one over patterns, the compiler asks that it covers everything.
        if (!statement) continue;
        const Span span{chosen.start(), chosen.child(Field::condition).end()};
        if (!labels.any_default && !labels.patterns)
          report.add(span, "switch 没有 default", "The switch has no default");
        if (!labels.arrows && falls_through(source.tree, block))
          report.add(span, "switch 里有 case 没有以 break、return 等结束",
                     "A case of the switch does not end with break, return or the like");
      }
    }};

}  // namespace sampan::scan::p3c
