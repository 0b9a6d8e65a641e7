#include <algorithm>
#include <array>

#include "scan/java/types.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

// Only on what is known to be a collection: a toArray of another class may want no array. The cast stays, a raw
// collection needs it.
std::vector<Change> given_array(const Source& source, Node call, Node wanted) {
  constexpr std::array kCollections = {"Collection", "List",    "ArrayList",     "LinkedList", "Set",
                                       "HashSet",    "TreeSet", "LinkedHashSet", "Queue",      "Deque"};
  const auto collection = type_of(source.names, receiver(call));
  const Node element = wanted.child(Field::element);
  if (std::find(kCollections.begin(), kCollections.end(), collection) == kCollections.end()) return {};
  if (!element.is(Kind::type_identifier) || wanted.child(Field::dimensions).text() != "[]") return {};
  for (Node parameter : source.tree.all(Kind::type_parameter)) {  // there is no `new T[0]`
    if (parameter.first().text() == element.text()) return {};
  }
  const auto arguments = call.child(Field::arguments);
  if (arguments.text() != "()") return {};
  const auto inside = arguments.start() + 1;
  return {{{inside, inside}, fmt::format("new {}[0]", element.text())}};
}

}  // namespace

constinit const Rule kClassCastExceptionWithToArray = {
    .name = "ClassCastExceptionWithToArrayRule",
    .severity = Severity::critical,
    .summary = {"集合转数组用带参数的 toArray", "A collection becomes an array by toArray with an argument"},
    .remedy = {"写成 list.toArray(new String[0])", "Write list.toArray(new String[0])"},
    .fix = {"list.toArray() 改成 list.toArray(new String[0])，仅当 list 是本文件里声明的集合",
            "list.toArray() becomes list.toArray(new String[0]) where list is declared a collection in this file"},
    .check = [](const Source& source, Report& report) {
      for (Node cast : source.tree.all(Kind::cast_expression)) {
        const Node value = cast.child(Field::value);
        if (method(value) != "toArray" || !receiver(value) || !arguments(value).empty()) continue;
        if (type_name(cast.child(Field::type)) != "Object")
          report
              .add(value, "{} 返回 Object[]，强制转换会抛 ClassCastException",
                   "{} gives Object[], and the cast throws ClassCastException", value.text())
              .fix = given_array(source, value, cast.child(Field::type));
      }
    }};

}  // namespace sampan::scan::p3c
