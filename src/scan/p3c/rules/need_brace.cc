#include <algorithm>

#include "scan/p3c/changes_of_text.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

// Where what stands before the body ends: behind `)` or `else`. Comments between the two belong to the body.
std::uint32_t head_end(const Tree& tree, Node body) { return code_end_before(tree, body.start()); }

Change opening(const Tree& tree, Node body, const std::string& inner) {
  const auto head = head_end(tree, body);
  const auto between = text_of(tree, {head, body.start()});
  if (between.find('\n') != std::string_view::npos) return {{head, head}, " {"};
  const auto blanks = std::min(between.find_first_not_of(" \t"), between.size());
  return {{head, head + static_cast<std::uint32_t>(blanks)}, " {" + inner};
}

// Behind the body and the comments that end its line; an `else` comes up beside the brace.
Change closing(const Tree& tree, Node body, const std::string& outer) {
  const Node owner = body.parent();
  if (owner.is(Kind::if_statement) && body.field() == Field::consequence && owner.child(Field::alternative)) {
    const auto rest = tree.text().substr(body.end());
    const auto next = rest.find_first_not_of(" \t\r\n");
    if (next != std::string_view::npos && rest.substr(next).starts_with("else"))
      return {{body.end(), body.end() + static_cast<std::uint32_t>(next)}, outer + "} "};
  }
  const auto tail = line_tail(tree, body.end());
  return {{tail, tail}, outer + "}"};
}

// `start` is where the statement, or its else, begins.
std::vector<Change> braces(const Tree& tree, Node body, std::uint32_t start) {
  const auto line = tree.line_of(start);
  const auto outer = line_break(tree, line) + std::string(indentation(tree, line));
  return {opening(tree, body, outer + indentation_step(tree, body)), closing(tree, body, outer)};
}

void want_block(const Tree& tree, Node body, Node at, std::string_view keyword, Report& report) {
  if (!body || body.is(Kind::block)) return;
  const auto start = keyword == "else" ? head_end(tree, body) - 1 : at.start();
  report.add(at, "{} 的语句没有用大括号", "The statement of {} has no braces", keyword).fix = braces(tree, body, start);
}

}  // namespace

constinit const Rule kNeedBrace = {
    .name = "NeedBraceRule",
    .severity = Severity::blocker,
    .summary = {"if、else、for、while 的语句都用大括号", "The statements of if, else, for and while stand in braces"},
    .remedy = {"只有一行也加上大括号", "Put braces round them, even for one line"},
    .fix = {"补上大括号，语句和注释原样保留", "Puts the braces; statements and comments stay as they are"},
    .check = [](const Source& source, Report& report) {
      for (Node branch : source.tree.all(Kind::if_statement)) {
        want_block(source.tree, branch.child(Field::consequence), branch, "if", report);
        const Node other = branch.child(Field::alternative);
        if (!other.is(Kind::if_statement)) want_block(source.tree, other, other, "else", report);
      }
      for (Node loop : source.tree.all(Kind::for_statement))
        want_block(source.tree, loop.child(Field::body), loop, "for", report);
      for (Node loop : source.tree.all(Kind::enhanced_for))
        want_block(source.tree, loop.child(Field::body), loop, "for", report);
      for (Node loop : source.tree.all(Kind::while_statement))
        want_block(source.tree, loop.child(Field::body), loop, "while", report);
    }};

}  // namespace sampan::scan::p3c
