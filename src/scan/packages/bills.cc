// Bills of materials that others wrote: CycloneDX and SPDX (2.x), JSON. Packages are told by their purl.
#include <set>

#include "base/text.h"
#include "scan/packages/document.h"
#include "scan/packages/purl.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

constexpr int kMostNested = 50;

// What has no purl that is read here; one gap for all of them.
struct Unknown {
  int count = 0, line = 0;
  std::string first;
  void add(const YamlNode& node, const std::string& name) {
    if (count++ > 0) return;
    line = node.line;
    first = name;
  }
  void write(const Source& source, Inventory& inventory) const {
    if (count > 0)
      add_gap(inventory, source.path, line, fmt::format("{} 个组件没有可识别的 purl，例如 {}", count, first),
              fmt::format("{} components have no purl that is read here, among them {}", count, first));
  }
};

void add(const Source& source, Inventory& inventory, const YamlNode& node, const std::string& purl,
         const std::string& name, Unknown& unknown) {
  auto package = parse_purl(purl);
  if (!package) return unknown.add(node, purl.empty() ? name : purl);
  package->file = source.path;
  package->line = node.line;
  add_package(inventory, std::move(*package));
}

Result<void> add_components(const Source& source, Inventory& inventory, const YamlNode& components, Unknown& unknown,
                            int depth) {
  if (depth > kMostNested) return fail(Errc::invalid, "components are nested deeper than {}", kMostNested);
  for (const auto& component : components.items) {
    const auto& type = text_at(component, "type");
    const auto& purl = text_at(component, "purl");
    if (type == "library" || type == "framework" || !purl.empty())
      add(source, inventory, component, purl, text_at(component, "name"), unknown);
    TRY(add_components(source, inventory, at(component, "components"), unknown, depth + 1));
  }
  return {};
}

}  // namespace

Result<void> read_cyclonedx(const Source& source, Inventory& inventory) {
  const YamlNode root = TRY(read_json(source.text, source.path));
  if (text_at(root, "bomFormat") != "CycloneDX") return fail(Errc::invalid, "expected 'bomFormat' to be CycloneDX");
  Unknown unknown;
  TRY(add_components(source, inventory, at(root, "components"), unknown, 0));
  unknown.write(source, inventory);
  return {};
}

Result<void> read_spdx(const Source& source, Inventory& inventory) {
  const YamlNode root = TRY(read_json(source.text, source.path));
  if (!text_at(root, "spdxVersion").starts_with("SPDX-2."))
    return fail(Errc::invalid, "expected 'spdxVersion' SPDX-2.x");
  Unknown unknown;
  std::set<std::string_view> described;
  for (const auto& id : at(root, "documentDescribes").items) described.insert(id.text);
  for (const auto& package : at(root, "packages").items) {
    std::string purl;
    for (const auto& reference : at(package, "externalRefs").items)
      if (text_at(reference, "referenceType") == "purl") purl = text_at(reference, "referenceLocator");
    if (purl.empty() && described.contains(text_at(package, "SPDXID"))) continue;  // the product
    add(source, inventory, package, purl, text_at(package, "name"), unknown);
  }
  unknown.write(source, inventory);
  return {};
}

}  // namespace sampan::scan::packages
