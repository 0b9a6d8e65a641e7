#include "scan/p3c/comments.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Nothing but stars, slashes and blanks, up to the first tag.
bool says_nothing(std::string_view javadoc) {
  const auto first = javadoc.find_first_not_of("/* \t\r\n");
  return first == std::string_view::npos || javadoc[first] == '@';
}

// "@param  name": the tag, white space, then the name.
bool has_tag(std::string_view javadoc, std::string_view tag, std::string_view name) {
  for (auto at = javadoc.find(tag); at != std::string_view::npos; at = javadoc.find(tag, at + 1)) {
    auto next = at + tag.size();
    const auto before = next;
    while (next < javadoc.size() && is_blank(javadoc[next])) ++next;
    if (next > before && javadoc.substr(next).starts_with(name)) return true;
  }
  return false;
}

void check_parts(Node declared, std::string_view javadoc, Report& report) {
  const Node place = declared.child(Field::name);
  const auto name = place.text();
  if (says_nothing(javadoc))
    report.add(place, "方法 {} 的 Javadoc 没有说它做什么", "The Javadoc of {} does not say what it does", name);
  for (Node parameter : declared.child(Field::parameters).children()) {
    const Node carrier = parameter.is(Kind::spread_parameter) ? parameter.child(Kind::variable_declarator) : parameter;
    const auto called = carrier.child(Field::name).text();
    if (!called.empty() && !has_tag(javadoc, "@param", called))
      report.add(place, "方法 {} 的 Javadoc 没有 @param {}", "The Javadoc of {} has no @param {}", name, called);
  }
  if (!declared.child(Field::type).is(Kind::void_type) && javadoc.find("@return") == std::string_view::npos)
    report.add(place, "方法 {} 的 Javadoc 没有 @return", "The Javadoc of {} has no @return", name);
  for (Node thrown : declared.child(Kind::throws).children()) {
    if (!has_tag(javadoc, "@throws", type_name(thrown)))
      report.add(place, "方法 {} 的 Javadoc 没有 @throws {}", "The Javadoc of {} has no @throws {}", name,
                 thrown.text());
  }
}

// A method of an interface, or an abstract one of an abstract class.
bool is_promise(Node declared) {
  if (declared.parent().is(Kind::interface_body)) return true;
  return has_modifier(declared, Kind::kw_abstract) && has_modifier(body_owner(declared), Kind::kw_abstract);
}

}  // namespace

constinit const Rule kAbstractMethodOrInterfaceMethodMustUseJavadoc = {
    .name = "AbstractMethodOrInterfaceMethodMustUseJavadocRule",
    .severity = Severity::major,
    .summary =
        {"抽象方法和接口方法有完整的 Javadoc：做什么、参数、返回值、异常",
         "Abstract methods and methods of interfaces have a whole Javadoc: purpose, parameters, result, exceptions"},
    .remedy = {"补上说明、@param、@return 和 @throws", "Add the purpose, @param, @return and @throws"},
    .check = [](const Source& source, Report& report) {
      const auto comments = comments_before(source.tree, declarations_of(source.tree));
      for (Node declared : source.tree.all(Kind::method_declaration)) {
        if (!is_promise(declared)) continue;
        const auto found = comments.find(declared.index());
        if (found == comments.end() || found->second->kind != Comment::Kind::javadoc) {
          report.add(declared.child(Field::name), "方法 {} 没有 Javadoc", "The method {} has no Javadoc",
                     declared.child(Field::name).text());
          continue;
        }
        const auto javadoc = source.tree.text(*found->second);
        if (javadoc.find("{@inheritDoc}") == std::string_view::npos) check_parts(declared, javadoc, report);
      }
    }};

}  // namespace sampan::scan::p3c
