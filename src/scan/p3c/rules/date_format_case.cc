#include "base/text.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kUseRightCaseForDateFormat = {
    .name = "UseRightCaseForDateFormatRule",
    .severity = Severity::critical,
    .summary = {"日期格式里的年用小写 y", "The year in a date format is a small y"},
    .remedy = {"写 yyyy：大写的 YYYY 是“周所在的年”，跨年那周会差一年",
               "Write yyyy: capital YYYY is the year of the week, which is another one around New Year"},
    .check = [](const Source& source, Report& report) {
      for (Node creation : source.tree.all(Kind::object_creation)) {
        if (type_name(creation.child(Field::type)) != "SimpleDateFormat") continue;
        for (Node argument : arguments(creation)) {
          if (!is_string(argument) || argument.text().size() < 4) continue;
          const std::string_view text = argument.text().substr(1, argument.text().size() - 2);
          const auto small = lower(text);
          const auto wrong = [&](std::string_view year) { return small.starts_with(year) && !text.starts_with(year); };
          if (wrong("yyyy") || wrong("yy"))
            report.add(argument, "日期格式 {} 用了大写的年", "The date format {} has a capital year", text);
        }
      }
    }};

}  // namespace sampan::scan::p3c
