#include "scan/p3c/comments.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kEnumConstantsMustHaveComment = {
    .name = "EnumConstantsMustHaveCommentRule",
    .severity = Severity::critical,
    .summary = {"枚举值有注释", "The constants of an enum have a comment"},
    .remedy = {"在枚举值上方写 /** */，说明每个值的用途", "Write /** */ above them and say what each is for"},
    .check = [](const Source& source, Report& report) {
      for (Node type : source.tree.all(Kind::enum_declaration)) {
        const Node body = type.child(Field::body), first = body.child(Kind::enum_constant);
        if (!first) continue;
        if (comments_between(source.tree, head(type).start(), first.start()).empty())
          report.add(Span{body.start(), first.end()}, "枚举 {} 的值没有注释",
                     "The constants of the enum {} have no comment", type.child(Field::name).text());
      }
    }};

}  // namespace sampan::scan::p3c
