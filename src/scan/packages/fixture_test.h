// Trees in memory, and what was read from them, for the tests of packages.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "base/testing.h"
#include "scan/packages.h"

namespace sampan::scan::testing {

class MapTree final : public Tree {
 public:
  using Files = std::map<std::string, std::string>;
  MapTree(std::initializer_list<Files::value_type> files) : MapTree(Files(files)) {}
  explicit MapTree(Files files) : files_(std::move(files)) {
    for (const auto& [path, text] : files_) paths_.push_back(path);
  }
  const std::vector<std::string>& paths() const override { return paths_; }
  Result<std::string> read(const std::string& path, std::size_t most) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return fail(Errc::not_found, "there is no {}", path);
    if (found->second.size() > most) return fail(Errc::too_large, "{} is over {} bytes", path, most);
    return found->second;
  }

 private:
  Files files_;
  std::vector<std::string> paths_;
};

// "ecosystem name version file:line direct|via a > b|?", in the order of reading.
inline std::string line_of(const Package& package) {
  std::string way = package.reach == Reach::direct ? "direct" : package.reach == Reach::unknown ? "?" : "via";
  for (const auto& one : package.via) way += (way == "via" ? " " : " > ") + one;
  return fmt::format("{} {} {} {}:{} {}", package.ecosystem, package.name, package.version, package.file, package.line,
                     way);
}
inline std::vector<std::string> lines_of(const Inventory& inventory) {
  std::vector<std::string> lines;
  for (const auto& package : inventory.packages) lines.push_back(line_of(package));
  return lines;
}
// Fails with what was there instead.
inline void check_packages_are(const Inventory& inventory, std::vector<std::string> wanted) {
  auto found = lines_of(inventory);
  std::sort(found.begin(), found.end());
  std::sort(wanted.begin(), wanted.end());
  const auto text = [](const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& line : lines) out += line + "\n";
    return out;
  };
  CHECK(text(found) == text(wanted));
}
inline std::string gaps_of(const Inventory& inventory) {
  std::string out;
  for (const auto& gap : inventory.gaps) out += fmt::format("{}:{}: {}\n", gap.path, gap.line, gap.reason.en);
  return out;
}
// A zip archive, deflated.
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& files);

// A program of Go 1.21.3 with these lines of modules.
std::string go_program(std::string_view modules, std::string_view version = "go1.21.3", char flags = 2);

inline bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace sampan::scan::testing
