#include "scan/packages/pom.h"

#include "scan/packages/xml.h"

namespace sampan::scan::packages::maven {

namespace {

Spot spot(const XmlNode& node, std::string_view name, const std::string& file) {
  const auto* child = node.child(name);
  return child ? Spot{child->text, file, child->line} : Spot{"", file, node.line};
}

std::vector<Dependency> dependencies_in(const XmlNode* list, const std::string& file) {
  std::vector<Dependency> out;
  if (!list) return out;
  for (const auto& node : list->children) {
    if (node.name != "dependency") continue;
    Dependency made{spot(node, "groupId", file),  spot(node, "artifactId", file),
                    spot(node, "version", file),  spot(node, "scope", file),
                    spot(node, "type", file),     spot(node, "classifier", file),
                    spot(node, "optional", file), {}};
    if (const auto* exclusions = node.child("exclusions"))
      for (const auto& one : exclusions->children)
        made.exclusions.emplace_back(spot(one, "groupId", file).text, spot(one, "artifactId", file).text);
    out.push_back(std::move(made));
  }
  return out;
}

}  // namespace

Result<Pom> read_pom(std::string_view text, const std::string& file) {
  const XmlNode root = TRY(read_xml(text, file));
  if (root.name != "project") return fail(Errc::invalid, "{}: its root is <{}>: expected <project>", file, root.name);
  Pom pom;
  pom.file = file;
  pom.group = spot(root, "groupId", file);
  pom.artifact = spot(root, "artifactId", file);
  pom.version = spot(root, "version", file);
  if (const auto* parent = root.child("parent")) {
    pom.parent = Pom::Parent{spot(*parent, "groupId", file), spot(*parent, "artifactId", file),
                             spot(*parent, "version", file), "../pom.xml", parent->line};
    if (const auto* path = parent->child("relativePath")) pom.parent->relative_path = path->text;
  }
  if (const auto* properties = root.child("properties"))
    for (const auto& one : properties->children) pom.properties[one.name] = {one.text, file, one.line};
  pom.dependencies = dependencies_in(root.child("dependencies"), file);
  if (const auto* management = root.child("dependencyManagement"))
    pom.managed = dependencies_in(management->child("dependencies"), file);
  return pom;
}

}  // namespace sampan::scan::packages::maven
