#include <algorithm>

#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_client(const Names& names, Node object) {
  const Variable* variable = names.resolve(object);
  return variable && variable->kind == Variable::Kind::field &&
         names.is_type(variable->type, "com.ibatis.sqlmap.client.SqlMapClient");
}

}  // namespace

constinit const Rule kIbatisMethodQueryForList = {
    .name = "IbatisMethodQueryForListRule",
    .severity = Severity::major,
    .summary = {"不用 iBATIS 的 queryForList(statement, start, size)",
                "iBATIS's queryForList(statement, start, size) is not used"},
    .remedy = {"在 SQL 里分页：它先取出全部记录再截取", "Page in the SQL: it reads every row and then drops most"},
    .check = [](const Source& source, Report& report) {
      if (!source.names.imports_name("com.ibatis.sqlmap.client.SqlMapClient")) return;
      for (Node call : source.tree.all(Kind::method_invocation)) {
        const auto given = arguments(call);
        if (method(call) != "queryForList" || given.size() != 3 || !is_client(source.names, receiver(call))) continue;
        if (is_string(given[0]) && is_integer(given[1]) && is_integer(given[2]))
          report.add(call, "queryForList 取出全部记录后才分页", "queryForList reads every row before it pages");
      }
    }};

}  // namespace sampan::scan::p3c
