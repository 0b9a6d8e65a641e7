#include "scan/p3c/comments.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kAvoidCommentBehindStatement = {
    .name = "AvoidCommentBehindStatementRule",
    .severity = Severity::major,
    .summary = {"注释写在语句上方，不写在语句后面", "A comment stands above a statement, not behind it"},
    .remedy = {"把注释移到上一行", "Move the comment to a line of its own above"},
    .check = [](const Source& source, Report& report) {
      std::vector<Node> nodes = whole_expressions(source.tree);
      for (const Kind kind : {Kind::field_declaration, Kind::constant_declaration, Kind::enum_constant}) {
        for (Node node : source.tree.all(kind)) nodes.push_back(node);
      }
      sort_by_place(nodes);
      std::size_t next = 0;
      int last_line = 0;
      for (const auto& comment : source.tree.comments()) {
        for (; next < nodes.size() && head(nodes[next]).start() < comment.start; ++next)
          last_line = head(nodes[next]).line();
        if (last_line == comment.line)
          report.add(Span{comment.start, comment.end}, "注释写在了语句后面", "The comment stands behind a statement");
      }
    }};

}  // namespace sampan::scan::p3c
