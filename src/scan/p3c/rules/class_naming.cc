#include "scan/p3c/camel.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

constinit const Rule kClassNamingShouldBeCamel = {
    .name = "ClassNamingShouldBeCamelRule",
    .severity = Severity::major,
    .summary = {"类名用 UpperCamelCase，DO、DTO、VO、DAO、BO、AO、PO 结尾除外",
                "Names of classes are UpperCamelCase, but for the endings DO, DTO, VO, DAO, BO, AO and PO"},
    .remedy = {"每个单词首字母大写，其余小写", "Write each word with one capital letter: XmlService, not XMLService"},
    .check = [](const Source& source, Report& report) {
      for (const Kind kind : {Kind::class_declaration, Kind::interface_declaration, Kind::record_declaration}) {
        for (Node type : source.tree.all(kind)) {
          const auto name = type.child(Field::name).text();
          if (!is_class_name(name))
            report.add(heading(type), "类名 {} 不是 UpperCamelCase", "The name {} is not UpperCamelCase", name);
        }
      }
    }};

}  // namespace sampan::scan::p3c
