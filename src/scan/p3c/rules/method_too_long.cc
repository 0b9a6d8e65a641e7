#include <algorithm>

#include "scan/p3c/comments.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

constexpr int kMost = 80;

// From the modifiers, without an annotation in front of them, to the closing brace.
int first_line(Node declared) {
  const Node modifiers = declared.child(Kind::modifiers);
  if (!modifiers) return declared.line();
  const Node first = modifiers.first();
  if (!first.is(Kind::annotation, Kind::marker_annotation)) return declared.line();
  const auto text = declared.tree()->text();
  auto at = first.end();
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) ++at;
  return declared.tree()->line_of(at);
}

// Lines of comments; a // behind an expression is on a line of code.
int comment_lines(const Source& source, Node declared, const std::vector<Node>& expressions) {
  auto next = std::lower_bound(expressions.begin(), expressions.end(), declared.start(),
                               [](Node expression, std::uint32_t place) { return expression.start() < place; });
  int count = 0, last_line = 0;
  for (const auto& comment : comments_between(source.tree, head(declared).end(), declared.end())) {
    if (comment.line == head(declared).line()) continue;
    for (; next != expressions.end() && next->start() < comment.start; ++next) last_line = next->line();
    const bool alone = comment.kind != Comment::Kind::line || comment.line != last_line;
    if (alone) count += comment.end_line - comment.line + 1;
  }
  return count;
}

}  // namespace

constinit const Rule kMethodTooLong = {
    .name = "MethodTooLongRule",
    .severity = Severity::major,
    .summary = {"方法不超过 80 行", "A method has at most 80 lines"},
    .remedy = {"把几段各自成一件事的代码提成方法", "Make methods of the parts that do one thing each"},
    .check = [](const Source& source, Report& report) {
      std::vector<Node> expressions;
      for (Node declared : source.tree.all(Kind::method_declaration)) {
        if (declared.ancestor(Kind::method_declaration)) continue;
        const int lines = declared.end_line() - first_line(declared) + 1;
        if (lines <= kMost) continue;
        if (expressions.empty()) expressions = whole_expressions(source.tree);
        const int code = lines - comment_lines(source, declared, expressions);
        if (code > kMost)
          report.add(declared.child(Field::name), "方法 {} 有 {} 行", "The method {} has {} lines",
                     declared.child(Field::name).text(), code);
      }
    }};

}  // namespace sampan::scan::p3c
