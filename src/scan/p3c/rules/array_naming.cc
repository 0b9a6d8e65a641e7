#include "scan/p3c/changes_of_text.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

// `int a[], b;` has no other form in one declaration.
std::vector<Change> moved(const Tree& tree, const Variable& variable) {
  int declarators = 0;
  for (Node child : variable.owner.children()) declarators += child.is(Kind::variable_declarator);
  const Node brackets = variable.declarator.child(Field::dimensions);
  const Span behind{variable.name_node.end(), brackets.end()};
  if (declarators != 1 || !brackets || !is_only(text_of(tree, behind), "[] \t")) return {};
  std::string plain(brackets.text());
  std::erase_if(plain, [](char c) { return c == ' ' || c == '\t'; });
  return {{{variable.type.end(), variable.type.end()}, plain}, {behind, ""}};
}

}  // namespace

constinit const Rule kArrayNamingShouldHaveBracket = {
    .name = "ArrayNamingShouldHaveBracketRule",
    .severity = Severity::major,
    .summary = {"数组的方括号写在类型后面", "The brackets of an array stand behind its type"},
    .remedy = {"写成 String[] args，不写 String args[]", "Write String[] args, not String args[]"},
    .fix = {"String args[] 改成 String[] args；一次声明多个变量的不改",
            "String args[] becomes String[] args; a declaration of several variables stays"},
    .check = [](const Source& source, Report& report) {
      for (const auto& variable : source.names.variables()) {
        const bool declared =
            variable.owner.is(Kind::field_declaration, Kind::constant_declaration, Kind::local_variable);
        if (!declared || !variable.array || variable.type.is(Kind::array_type)) continue;
        report
            .add(variable.name_node, "数组 {} 的方括号写在了名字后面",
                 "The brackets of the array {} stand behind its name", variable.name)
            .fix = moved(source.tree, variable);
      }
    }};

}  // namespace sampan::scan::p3c
