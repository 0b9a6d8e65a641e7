#include "scan/java/types.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kAvoidDoubleOrFloatEqualCompare = {
    .name = "AvoidDoubleOrFloatEqualCompareRule",
    .severity = Severity::critical,
    .summary = {"浮点数不用 == 比较", "Floating point numbers are not compared with =="},
    .remedy = {"比较差的绝对值和一个误差，或用 BigDecimal",
               "Compare the difference with a tolerance, or use BigDecimal"},
    .check = [](const Source& source, Report& report) {
      for (Node comparison : source.tree.all(Kind::binary_expression)) {
        const Kind kind = operator_of(comparison);
        if (kind != Kind::op_equal && kind != Kind::op_not_equal) continue;
        const auto left = type_of(source.names, comparison.child(Field::left));
        if (left != "double" && left != "float") continue;
        if (type_of(source.names, comparison.child(Field::right)) == left)
          report.add(comparison, "两个 {} 值用 == 或 != 比较",
                     "Two values of type {} are compared with == or !=", left);
      }
    }};

}  // namespace sampan::scan::p3c
