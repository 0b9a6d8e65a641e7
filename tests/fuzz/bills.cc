// Bills of materials that others wrote (CycloneDX and SPDX), purls, and that an own bill says the same when it is read.
#include <set>

#include "packages.h"

using namespace sampan;

static std::set<std::string> purls_of(const scan::Inventory& inventory) {
  std::set<std::string> purls;
  for (const auto& package : inventory.packages) purls.insert(scan::packages::purl_of(package));
  return purls;
}

FUZZ(input) {
  if (const auto package = scan::packages::parse_purl(input)) fuzz::expect_comes_back(*package);
  fuzz::Texts texts;
  for (auto& [path, text] : fuzz::files_in(input))
    if (path.ends_with(".json")) texts[path] = std::move(text);
  const fuzz::Files tree(std::move(texts));
  const auto inventory = scan::read_packages(tree, nullptr);
  fuzz::expect_sound(inventory, tree);
  const fuzz::Files own({{"own.cdx.json", scan::cyclonedx(inventory, "shop", Time{})}});
  const auto again = scan::read_packages(own, nullptr);
  PROMISE(again.gaps.empty());
  PROMISE(purls_of(again) == purls_of(inventory));
}
