#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

void want_block(Node body, Node at, std::string_view keyword, Report& report) {
  if (!body || body.is(Kind::block)) return;
  report.add(at, "{} 的语句没有用大括号", "The statement of {} has no braces", keyword);
}

}  // namespace

constinit const Rule kNeedBrace = {
    .name = "NeedBraceRule",
    .severity = Severity::blocker,
    .summary = {"if、else、for、while 的语句都用大括号", "The statements of if, else, for and while stand in braces"},
    .remedy = {"只有一行也加上大括号", "Put braces round them, even for one line"},
    .check = [](const Source& source, Report& report) {
      for (Node branch : source.tree.all(Kind::if_statement)) {
        want_block(branch.child(Field::consequence), branch, "if", report);
        const Node other = branch.child(Field::alternative);
        if (!other.is(Kind::if_statement)) want_block(other, other, "else", report);
      }
      for (Node loop : source.tree.all(Kind::for_statement)) want_block(loop.child(Field::body), loop, "for", report);
      for (Node loop : source.tree.all(Kind::enhanced_for)) want_block(loop.child(Field::body), loop, "for", report);
      for (Node loop : source.tree.all(Kind::while_statement))
        want_block(loop.child(Field::body), loop, "while", report);
    }};

}  // namespace sampan::scan::p3c
