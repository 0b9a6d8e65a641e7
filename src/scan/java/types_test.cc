#include "scan/java/types.h"

#include <doctest/doctest.h>

#include "base/testing.h"
#include "scan/java/syntax.h"

namespace sampan::scan::java {

namespace {

// The type of the initial value of the last variable of the text.
std::string last_type(const std::string& text) {
  Parser parser;
  const auto tree = sampan::testing::must(parser.parse(text));
  REQUIRE(tree.broken().empty());
  const Names names(tree);
  Node last;
  for (Node declarator : tree.all(Kind::variable_declarator)) last = declarator.child(Field::value);
  return type_of(names, last);
}

std::string in_method(const std::string& parameters, const std::string& expression) {
  return last_type("class A { Integer own; void f(" + parameters + ") { var x = " + expression + "; } }");
}

}  // namespace

TEST_CASE("java: an expression's type is known from literals, variables and arithmetic") {
  CHECK(in_method("", "1") == "int");
  CHECK(in_method("", "1L") == "long");
  CHECK(in_method("", "1.0f") == "float");
  CHECK(in_method("", "\"a\"") == "String");
  CHECK(in_method("Integer a", "a") == "Integer");
  CHECK(in_method("Integer a", "-a") == "int");
  CHECK(in_method("Integer a, double b", "(a + b)") == "double");
  CHECK(in_method("byte a, short b", "a * b") == "int");
  CHECK(in_method("Object a", "a + \"x\"") == "String");
  CHECK(in_method("Object a", "(Long) a") == "Long");
  CHECK(in_method("int[] a", "a[0]") == "int");
  CHECK(in_method("int[] a", "a.length") == "int");
  CHECK(in_method("A other", "other.own") == "Integer");
  CHECK(in_method("B other", "other.own").empty());
  CHECK(in_method("int own", "this.own") == "Integer");
  CHECK(in_method("", "new Long(1)") == "Long");
  CHECK(in_method("", "unknown()").empty());
}

TEST_CASE("java: a collection's get has the type its variable was declared with") {
  CHECK(in_method("Map<String, Long> all", "all.get(1)") == "Long");
  CHECK(in_method("List<Integer> all", "all.get(1)") == "Integer");
  CHECK(in_method("List all", "all.get(1)").empty());
  CHECK(in_method("", "Integer.valueOf(1)") == "Integer");
  CHECK(in_method("", "Integer.parseInt(\"1\")") == "int");
  CHECK(in_method("Long a", "a.intValue()") == "int");
}

TEST_CASE("java: a thousand nested brackets have no type, and no stack overflows") {
  CHECK(in_method("int a", std::string(1000, '(') + "a" + std::string(1000, ')')).empty());
}

}  // namespace sampan::scan::java
