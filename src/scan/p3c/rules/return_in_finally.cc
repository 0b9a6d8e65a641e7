#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kAvoidReturnInFinally = {
    .name = "AvoidReturnInFinallyRule",
    .severity = Severity::critical,
    .summary = {"finally 里不写 return", "There is no return in finally"},
    .remedy = {"把 return 移出 finally：它会盖掉 try 里的返回值和异常",
               "Move it out: it swallows what try returned or threw"},
    .check = [](const Source& source, Report& report) {
      for (Node back : source.tree.all(Kind::return_statement)) {
        const Node around = back.ancestor(Kind::finally_clause, Kind::lambda, Kind::method_declaration);
        if (around.is(Kind::finally_clause)) report.add(back, "finally 里有 return", "There is a return in finally");
      }
    }};

}  // namespace sampan::scan::p3c
