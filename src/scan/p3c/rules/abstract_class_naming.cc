#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kAbstractClassShouldStartWithAbstractNaming = {
    .name = "AbstractClassShouldStartWithAbstractNamingRule",
    .severity = Severity::critical,
    .summary = {"抽象类的名字以 Abstract 或 Base 开头", "The name of an abstract class starts with Abstract or Base"},
    .remedy = {"在类名前加上 Abstract 或 Base", "Put Abstract or Base in front of the name"},
    .check = [](const Source& source, Report& report) {
      for (Node type : source.tree.all(Kind::class_declaration)) {
        const auto name = type.child(Field::name).text();
        if (!has_modifier(type, Kind::kw_abstract) || name.starts_with("Abstract") || name.starts_with("Base"))
          continue;
        report.add(heading(type), "抽象类 {} 没有以 Abstract 或 Base 开头",
                   "The abstract class {} does not start with Abstract or Base", name);
      }
    }};

}  // namespace sampan::scan::p3c
