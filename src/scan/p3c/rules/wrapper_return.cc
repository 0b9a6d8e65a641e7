#include "scan/java/types.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

// The one `return name;` of the method's own block; none: there are none or several.
Node returned_name(Node body) {
  Node found;
  for (Node statement : body.children()) {
    if (!statement.is(Kind::return_statement) || !statement.first().is(Kind::identifier)) continue;
    if (found) return {};
    found = statement.first();
  }
  return found;
}

}  // namespace

constinit const Rule kMethodReturnWrapperType = {
    .name = "MethodReturnWrapperTypeRule",
    .severity = Severity::major,
    .summary = {"返回基本类型的方法不返回包装类型的变量",
                "A method of primitive type does not return a variable of wrapper type"},
    .remedy = {"变量也用基本类型，或先判空：自动拆箱遇到 null 会抛 NullPointerException",
               "Give the variable the primitive type, or check it: unboxing null throws NullPointerException"},
    .check = [](const Source& source, Report& report) {
      for (Node declared : source.tree.all(Kind::method_declaration)) {
        const Node type = declared.child(Field::type), body = declared.child(Field::body);
        if (!type.is(Kind::integral_type, Kind::floating_point_type, Kind::boolean_type) || !body) continue;
        const Node name = returned_name(body);
        const Variable* variable = source.names.resolve(name);
        if (!variable || !variable->owner.is(Kind::local_variable) || !(variable->owner.parent() == body)) continue;
        const auto wrapper = type_of(source.names, name);
        if (is_wrapper(wrapper) && unboxed(wrapper) == type.text())
          report.add(declared.child(Field::name), "方法返回 {}，返回的变量却是 {}",
                     "The method returns {}, and its variable is {}", type.text(), wrapper);
      }
    }};

}  // namespace sampan::scan::p3c
