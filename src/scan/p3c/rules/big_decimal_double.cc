#include "scan/java/types.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_double(const Names& names, Node expression) {
  const auto type = type_of(names, expression);
  return type == "double" || type == "Double";
}

}  // namespace

constinit const Rule kBigDecimalAvoidDoubleConstructor = {
    .name = "BigDecimalAvoidDoubleConstructorRule",
    .severity = Severity::major,
    .summary = {"不用 double 构造 BigDecimal", "No BigDecimal is constructed from a double"},
    .remedy = {"用 new BigDecimal(\"0.1\") 或 BigDecimal.valueOf(0.1)：double 存不下准确的 0.1",
               "Write new BigDecimal(\"0.1\") or BigDecimal.valueOf(0.1): a double cannot hold 0.1 exactly"},
    .check = [](const Source& source, Report& report) {
      for (Node creation : source.tree.all(Kind::object_creation)) {
        if (simple_name(creation.child(Field::type)) != "BigDecimal") continue;
        const auto given = arguments(creation);
        if (!given.empty() && is_double(source.names, given[0]))
          report.add(creation, "用 double 值 {} 构造 BigDecimal 会丢失精度",
                     "BigDecimal made from the double {} loses precision", given[0].text());
      }
    }};

}  // namespace sampan::scan::p3c
