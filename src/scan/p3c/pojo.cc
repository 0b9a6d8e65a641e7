#include "scan/p3c/pojo.h"

namespace sampan::scan::p3c {

using namespace java;

bool is_pojo(Node type) {
  const auto name = type.child(Field::name).text();
  for (const std::string_view ending : {"DO", "DTO", "VO", "BO"}) {
    if (name.ends_with(ending)) return true;
  }
  return false;
}

std::vector<Node> pojo_fields(const Source& source) {
  std::vector<Node> fields;
  for (Node field : source.tree.all(Kind::field_declaration)) {
    const Node type = field.parent().parent();
    if (!type.is(Kind::class_declaration) || !is_pojo(type)) continue;
    if (has_modifier(field, Kind::kw_public) || has_modifier(field, Kind::kw_static)) continue;
    fields.push_back(field);
  }
  return fields;
}

}  // namespace sampan::scan::p3c
