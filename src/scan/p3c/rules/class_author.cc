#include <algorithm>

#include "scan/p3c/comments.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool names_author(std::string_view comment) {
  std::string text(comment);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return text.find("@author") != std::string::npos;
}

}  // namespace

constinit const Rule kClassMustHaveAuthor = {
    .name = "ClassMustHaveAuthorRule",
    .severity = Severity::major,
    .summary = {"公开的类写明作者", "A public type names its author"},
    .remedy = {"在类的 Javadoc 里写 @author 和日期", "Write @author and a date in its Javadoc"},
    .check = [](const Source& source, Report& report) {
      std::vector<Node> types;
      for (const Kind kind : {Kind::class_declaration, Kind::interface_declaration, Kind::record_declaration,
                              Kind::enum_declaration, Kind::annotation_type_declaration}) {
        for (Node type : source.tree.all(kind)) types.push_back(type);
      }
      const auto comments = comments_before(source.tree, types);
      for (Node type : types) {
        if (is_nested(type) || !type.parent().is(Kind::program)) continue;
        if (!has_modifier(type, Kind::kw_public) && !type.is(Kind::annotation_type_declaration)) continue;
        const auto found = comments.find(type.index());
        const auto name = type.child(Field::name).text();
        if (found == comments.end())
          report.add(heading(type), "{} 没有注释，也就没有作者", "{} has no comment and so no author", name);
        else if (!names_author(source.tree.text(*found->second)))
          report.add(heading(type), "{} 的注释里没有 @author", "The comment of {} has no @author", name);
      }
    }};

}  // namespace sampan::scan::p3c
