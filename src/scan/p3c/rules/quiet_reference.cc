#include "scan/p3c/rules/rules.h"
#include "scan/velocity/template.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kUseQuietReferenceNotation = {
    .name = "UseQuietReferenceNotationRule",
    .severity = Severity::major,
    .summary = {"模板里的变量写成 $!{var}", "A variable in a template is written $!{var}"},
    .remedy = {"在 $ 后加感叹号：变量为空时页面上才不会露出 ${var}",
               "Put ! behind the $: else the page shows ${var} when it is null"},
    .fix = {"${var} 改成 $!{var}", "${var} becomes $!{var}"},
    .check_template = [](std::string_view text, Report& report) {
      for (const auto& reference : velocity::references(text)) {
        if (reference.quiet || reference.in_macro || !reference.between_text) continue;
        report
            .add(Span{reference.start, reference.end}, "变量 {} 没有写成 $!", "The variable {} is not written with $!",
                 reference.name)
            .fix = {{{reference.start + 1, reference.start + 1}, "!"}};
      }
    }};

}  // namespace sampan::scan::p3c
