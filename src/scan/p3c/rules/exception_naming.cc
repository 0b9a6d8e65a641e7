#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool is_throwable(const Names& names, Node type) {
  const auto simple = simple_name(type);
  if (simple.ends_with("Exception")) return true;
  const auto qualified = names.qualified(type_name(type));
  return qualified.starts_with("java") && (simple == "Throwable" || simple.ends_with("Error"));
}

}  // namespace

constinit const Rule kExceptionClassShouldEndWithException = {
    .name = "ExceptionClassShouldEndWithExceptionRule",
    .severity = Severity::critical,
    .summary = {"异常类的名字以 Exception 结尾", "The name of an exception class ends with Exception"},
    .remedy = {"在类名后加上 Exception", "Put Exception behind the name"},
    .check = [](const Source& source, Report& report) {
      for (Node type : source.tree.all(Kind::class_declaration)) {
        const Node super = type.child(Field::superclass).first();
        const auto name = type.child(Field::name).text();
        if (super && !name.ends_with("Exception") && is_throwable(source.names, super))
          report.add(heading(type), "异常类 {} 没有以 Exception 结尾",
                     "The exception class {} does not end with Exception", name);
      }
    }};

}  // namespace sampan::scan::p3c
