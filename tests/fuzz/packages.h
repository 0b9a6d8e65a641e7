// What every list of packages promises, whoever read it.
#pragma once

#include "base/json.h"
#include "files.h"
#include "pipeline/junit.h"
#include "scan/packages/purl.h"
#include "scan/packages/version.h"

namespace sampan::fuzz {

// What is written of it, for people and programs, can be read.
inline void expect_readable(const scan::Scanned& scanned) {
  using scan::Format;
  const auto written = [&, verdict = scan::judge(scanned, scan::Limits())](Format format) {
    return scan::write(scanned, verdict, format, scan::Language::en);
  };
  PROMISE(parse_json(written(Format::json)).has_value());  // it has both languages
  PROMISE(pipeline::parse_junit(written(Format::junit)).has_value());
  // SARIF lists all rules, which takes longer than all the rest.
  if (!scanned.findings.empty()) PROMISE(parse_json(written(Format::sarif)).has_value());
}

// Its purl is one, and says the same.
inline void expect_comes_back(const scan::Package& package) {
  const auto purl = scan::packages::purl_of(package);
  const auto back = scan::packages::parse_purl(purl);
  if (package.name.empty() || package.version.empty()) return;
  if (!back || scan::packages::purl_of(*back) != purl) std::fprintf(stderr, "%s\n", purl.c_str());
  PROMISE(back && scan::packages::purl_of(*back) == purl && back->ecosystem == package.ecosystem);
}

inline void expect_sound(const scan::Inventory& inventory, const Files& files) {
  for (const auto& package : inventory.packages) {
    PROMISE(scan::packages::scheme_of(package.ecosystem).has_value());
    PROMISE(package.line >= 0 && package.line <= files.lines(package.file));
    PROMISE(package.via.empty() || package.reach == scan::Reach::through);
    expect_comes_back(package);
  }
  for (const auto& gap : inventory.gaps) PROMISE(gap.line >= 0 && !gap.reason.en.empty() && !gap.reason.zh.empty());
  PROMISE(parse_json(scan::cyclonedx(inventory, "shop", Time{})).has_value());
  static const scan::Settings settings;
  const auto checked = scan::check_packages(settings, inventory, {"/dev/null/advisories", Time{}});
  PROMISE(inventory.packages.empty() || !checked.gaps.empty());  // without advisories nothing is clean
  expect_readable(checked);
}

// The manifests of one family, whose names end so, and what is below m2/ as a local repository of Maven.
inline void read_manifests(std::string_view input, std::initializer_list<std::string_view> names) {
  Texts code, maven;
  for (auto& [path, text] : files_in(input)) {
    if (path.starts_with("m2/")) maven[path.substr(3)] = text;
    for (const auto name : names)
      if (path.ends_with(name)) code[path] = text;
  }
  const Files tree(std::move(code)), repository(std::move(maven));
  expect_sound(scan::read_packages(tree, nullptr), tree);
  if (!repository.paths().empty()) expect_sound(scan::read_packages(tree, &repository), tree);
}

}  // namespace sampan::fuzz
