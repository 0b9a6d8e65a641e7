#include "scan/p3c/pojo.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

bool has_to_string(Node type) {
  for (Node member : type.child(Field::body).children()) {
    if (member.is(Kind::method_declaration) && member.child(Field::name).text() == "toString" &&
        has_modifier(member, Kind::kw_public) && !member.child(Field::parameters).first())
      return true;
  }
  return false;
}

// Lombok writes toString for these.
bool generated_by_lombok(const Names& names, Node type) {
  for (Node annotation : annotations(type)) {
    const auto name = annotation_name(annotation);
    for (const std::string_view known : {"lombok.Data", "lombok.ToString", "lombok.Value"}) {
      if (name == known || ("lombok." + name == known && names.imports_name(known))) return true;
    }
  }
  return false;
}

}  // namespace

constinit const Rule kPojoMustOverrideToString = {
    .name = "PojoMustOverrideToStringRule",
    .severity = Severity::major,
    .summary = {"数据类（DO、DTO、VO、BO）要有 toString", "A data class (DO, DTO, VO, BO) has a toString"},
    .remedy =
        {"写一个 toString，或加 Lombok 的 @Data、@ToString：出错时日志里才看得见属性值",
         "Write toString, or use Lombok's @Data or @ToString: only then logs show the values when something fails"},
    .check = [](const Source& source, Report& report) {
      for (Node type : source.tree.all(Kind::class_declaration)) {
        if (!is_pojo(type) || has_modifier(type, Kind::kw_abstract)) continue;
        if (has_to_string(type) || generated_by_lombok(source.names, type)) continue;
        report.add(heading(type), "数据类 {} 没有 toString", "The data class {} has no toString",
                   type.child(Field::name).text());
      }
    }};

}  // namespace sampan::scan::p3c
