#include "scan/java/tree.h"

#include <doctest/doctest.h>

#include "base/testing.h"
#include "scan/java/names.h"
#include "scan/java/syntax.h"

namespace sampan::scan::java {

namespace {

Tree parsed(std::string_view text) {
  Parser parser;
  return sampan::testing::must(parser.parse(text));
}

Node first(const Tree& tree, Kind kind) {
  for (Node node : tree.all(kind)) return node;
  return {};
}

constexpr std::string_view kModern = R"(package a.b;

import java.util.*;
import static java.util.concurrent.Executors.newCachedThreadPool;

public sealed interface Shape permits Circle, Square {}
record Circle(double radius) implements Shape {
  Circle {
    if (radius < 0) throw new IllegalArgumentException("""
        negative
        radius""");
  }
}
final class Square implements Shape {
  static double area(Shape shape) {
    var text = "x";
    return switch (shape) {
      case Circle(double r) when r > 1 -> { yield r * r; }
      case Circle c -> c.radius();
      case Square s -> 1;
    };
  }
}
)";

}  // namespace

TEST_CASE("java: records, sealed types, patterns, text blocks and var are read whole") {
  const auto tree = parsed(kModern);
  CHECK(tree.broken().empty());
  CHECK(first(tree, Kind::record_declaration).child(Field::name).text() == "Circle");
  CHECK(first(tree, Kind::switch_expression).line() == 17);
}

TEST_CASE("java: a node knows its parent, its children and its place") {
  const auto tree = parsed("class A {\n  int b = f(1, 2); // c\n}\n");
  const Node call = first(tree, Kind::method_invocation);
  CHECK(call.text() == "f(1, 2)");
  CHECK(call.parent().kind() == Kind::variable_declarator);
  CHECK(call.field() == Field::value);
  CHECK(call.line() == 2);
  CHECK(first(tree, Kind::class_body).end_line() == 3);
  CHECK(arguments(call).size() == 2);
  CHECK(call.inside(first(tree, Kind::class_declaration)));
  CHECK_FALSE(first(tree, Kind::class_declaration).inside(call));
  REQUIRE(tree.comments().size() == 1);
  CHECK(tree.text(tree.comments()[0]) == "// c");
  CHECK(tree.line_text(2) == "  int b = f(1, 2); // c");
}

TEST_CASE("java: asking no node gives nothing") {
  const Node none;
  CHECK_FALSE(none.parent());
  CHECK_FALSE(none.child(Field::name));
  CHECK(none.text().empty());
  for (Node at : none.descendants()) FAIL(at.text());
  for (Node at : none.children()) FAIL(at.text());
}

TEST_CASE("java: a keyword that is called as a node is, is not that node") {
  const auto tree = parsed("class A { void f() throws B, C {} }");
  int thrown = 0;
  for (Node at : first(tree, Kind::throws).children()) thrown += at.is(Kind::type_identifier);
  CHECK(thrown == 2);
  CHECK(first(tree, Kind::throws).first().text() == "B");
}

TEST_CASE("java: what does not parse is marked, and the rest is there") {
  const auto tree = parsed("class A {\n  int a = 1l;\n  int b = = 2;\n  void f() {}\n}\n");
  REQUIRE_FALSE(tree.broken().empty());
  CHECK(tree.line_of(tree.broken()[0].start) == 3);
  CHECK(first(tree, Kind::method_declaration).child(Field::name).text() == "f");
}

TEST_CASE("java: every loop over a tree ends when the budget of work is spent") {
  const auto tree = parsed(kModern);
  tree.allow(10);
  int seen = 0;
  for (Node node : tree.root().descendants()) {
    for (Node other : tree.root().descendants()) seen += node == other ? 2 : 1;
  }
  CHECK(tree.exhausted());
  CHECK(seen < 1000);
}

TEST_CASE("java: a name stands for the innermost variable that can be seen") {
  const auto tree = parsed(
      "class A {\n int n;\n void f(long n) {\n  use(n);\n  g(this.n);\n  run(n -> h(n));\n }\n void k() { m(n); { int "
      "n = 1; } }\n}\n");
  const Names names(tree);
  const auto line_meant = [&](std::string_view method_name) {
    for (Node call : tree.all(Kind::method_invocation)) {
      if (method(call) != method_name) continue;
      const Variable* variable = names.resolve(arguments(call)[0]);
      return variable ? variable->name_node.line() : 0;
    }
    return -1;
  };
  CHECK(line_meant("use") == 3);
  CHECK(line_meant("g") == 2);
  CHECK(line_meant("h") == 6);
  CHECK(line_meant("m") == 2);
}

TEST_CASE("java: a type is known by its import, by java.lang, or by its full name") {
  const auto tree = parsed(
      "import java.util.Timer;\nimport java.util.concurrent.*;\nclass Thread {}\n"
      "class A { Timer a; ExecutorService b; java.util.Date c; Date d; Thread e; String f; Timer[] g; }");
  const Names names(tree);
  const auto is = [&](std::string_view field, std::string_view type) {
    for (const auto& variable : names.variables()) {
      if (variable.name == field) return names.is_type(variable.type, type);
    }
    return false;
  };
  CHECK(is("a", "java.util.Timer"));
  CHECK(is("b", "java.util.concurrent.ExecutorService"));
  CHECK(is("c", "java.util.Date"));
  CHECK_FALSE(is("d", "java.util.Date"));
  CHECK_FALSE(is("e", "java.lang.Thread"));
  CHECK(is("f", "java.lang.String"));
  CHECK_FALSE(is("g", "java.util.Timer"));
}

}  // namespace sampan::scan::java
