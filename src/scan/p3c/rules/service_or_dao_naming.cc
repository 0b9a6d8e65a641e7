#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kServiceOrDaoClassShouldEndWithImpl = {
    .name = "ServiceOrDaoClassShouldEndWithImplRule",
    .severity = Severity::critical,
    .summary = {"Service 和 DAO 接口的实现类以 Impl 结尾",
                "A class that implements a Service or DAO interface ends with Impl"},
    .remedy = {"在类名后加上 Impl", "Put Impl behind the name"},
    .check = [](const Source& source, Report& report) {
      for (Node type : source.tree.all(Kind::class_declaration)) {
        const auto name = type.child(Field::name).text();
        if (has_modifier(type, Kind::kw_abstract) || name.ends_with("Impl")) continue;
        for (Node interface : type.child(Field::interfaces).first().children()) {
          const auto implemented = type_name(interface);
          if (!implemented.ends_with("Service") && !implemented.ends_with("DAO")) continue;
          report.add(heading(type), "类 {} 实现了 {}，却没有以 Impl 结尾",
                     "The class {} implements {} and does not end with Impl", name, implemented);
          break;
        }
      }
    }};

}  // namespace sampan::scan::p3c
