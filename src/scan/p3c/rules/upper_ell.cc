#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kUpperEll = {
    .name = "UpperEllRule",
    .severity = Severity::blocker,
    .summary = {"long 字面量用大写 L 结尾", "A long literal ends with a capital L"},
    .remedy = {"把 l 改成 L：小写的 l 像数字 1", "Write L: a small l looks like the digit 1"},
    .fix = {"1l 改成 1L", "1l becomes 1L"},
    .check = [](const Source& source, Report& report) {
      for (const Kind kind : {Kind::decimal_integer, Kind::hex_integer, Kind::octal_integer, Kind::binary_integer}) {
        for (Node literal : source.tree.all(kind)) {
          if (literal.text().ends_with('l'))
            report
                .add(literal, "long 字面量 {} 以小写 l 结尾", "The long literal {} ends with a small l", literal.text())
                .fix = {{{literal.end() - 1, literal.end()}, "L"}};
        }
      }
    }};

}  // namespace sampan::scan::p3c
