#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_test_annotation(const Names& names, Node annotation) {
  const auto name = annotation_name(annotation);
  for (const std::string_view known :
       {"org.junit.Test", "org.junit.jupiter.api.Test", "org.junit.jupiter.api.RepeatedTest",
        "org.junit.jupiter.api.TestFactory", "org.junit.jupiter.api.TestTemplate",
        "org.junit.jupiter.params.ParameterizedTest", "org.testng.annotations.Test"}) {
    if (name == known || (known.ends_with("." + name) && names.imports_name(known))) return true;
  }
  return false;
}

bool is_test_method(const Names& names, Node type, Node method) {
  for (const Kind unfit : {Kind::kw_abstract, Kind::kw_native, Kind::kw_static}) {
    if (has_modifier(method, unfit)) return false;
  }
  for (Node annotation : annotations(method)) {
    if (is_test_annotation(names, annotation)) return true;
  }
  const bool old_style = simple_name(type.child(Field::superclass).first()) == "TestCase";
  return old_style && method.child(Field::type).is(Kind::void_type) &&
         method.child(Field::name).text().starts_with("test") && has_modifier(method, Kind::kw_public);
}

bool has_tests(const Names& names, Node type) {
  for (Node member : type.child(Field::body).children()) {
    if (member.is(Kind::method_declaration) && is_test_method(names, type, member)) return true;
  }
  return false;
}

}  // namespace

constinit const Rule kTestClassShouldEndWithTestNaming = {
    .name = "TestClassShouldEndWithTestNamingRule",
    .severity = Severity::major,
    .summary = {"测试类的名字以 Test 结尾", "The name of a class of tests ends with Test"},
    .remedy = {"名字取被测类的名字加上 Test", "Name it after the class it tests, with Test behind"},
    .check = [](const Source& source, Report& report) {
      for (Node type : source.tree.all(Kind::class_declaration)) {
        const auto name = type.child(Field::name).text();
        if (name.ends_with("Test") || has_modifier(type, Kind::kw_abstract) || is_nested(type)) continue;
        if (has_tests(source.names, type))
          report.add(heading(type), "测试类 {} 没有以 Test 结尾", "The class of tests {} does not end with Test", name);
      }
    }};

}  // namespace sampan::scan::p3c
