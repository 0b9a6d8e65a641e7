#include "scan/packages/reader.h"

#include <deque>

#include "base/text.h"

namespace sampan::scan::packages {

namespace {

constexpr std::size_t kLongestWay = 30;  // a made-up chain of a hundred thousand must not cost its square

}  // namespace

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string joined(std::string_view folder, std::string_view name) {
  return folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
}

std::string Source::beside(std::string_view name) const { return joined(folder_of(path), name); }

void add_gap(Inventory& inventory, const std::string& path, int line, std::string zh, std::string en) {
  inventory.gaps.push_back({path, line, "", {std::move(zh), std::move(en)}});
}

std::size_t Graph::add(Package package) {
  packages_.push_back(std::move(package));
  needs_.emplace_back();
  return packages_.size() - 1;
}

void Graph::need(std::size_t from, std::size_t to) { needs_[from].push_back(to); }

void Graph::direct(std::size_t package) { direct_.push_back(package); }

void Graph::write(Inventory& inventory) && {
  constexpr std::size_t kNobody = -1;
  std::vector<std::size_t> needed_by(packages_.size(), kNobody);
  std::deque<std::size_t> next;
  for (const auto package : direct_) {
    if (packages_[package].reach == Reach::direct) continue;
    packages_[package].reach = Reach::direct;
    next.push_back(package);
  }
  for (; !next.empty(); next.pop_front()) {
    for (const auto needed : needs_[next.front()]) {
      if (packages_[needed].reach != Reach::unknown) continue;
      packages_[needed].reach = Reach::through;
      needed_by[needed] = next.front();
      next.push_back(needed);
    }
  }
  for (std::size_t i = 0; i < packages_.size(); ++i) {
    auto& via = packages_[i].via;
    for (auto at = needed_by[i]; at != kNobody && via.size() < kLongestWay; at = needed_by[at])
      via.insert(via.begin(), packages_[at].name + " " + packages_[at].version);
  }
  std::move(packages_.begin(), packages_.end(), std::back_inserter(inventory.packages));
}

void Graph::write(Inventory& inventory, const Manifest& manifest) && {
  const auto before = inventory.packages.size();
  std::move(*this).write(inventory);
  for (auto i = before; i < inventory.packages.size(); ++i)
    if (inventory.packages[i].reach == Reach::direct) manifest.place(inventory.packages[i]);
}

Manifest::Manifest(const Tree& tree, std::string path) : path_(std::move(path)) {
  if (auto text = tree.read(path_, kMostManifest); text.has_value()) text_ = lower(*text);
}

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./").find(c) != std::string_view::npos;
}

}  // namespace

int Manifest::line_of(std::string_view given) const {
  const std::string name = lower(given);
  if (name.empty()) return 0;
  for (auto found = text_.find(name); found != std::string::npos; found = text_.find(name, found + 1)) {
    const auto end = found + name.size();
    if ((found > 0 && is_word(text_[found - 1])) || (end < text_.size() && is_word(text_[end]))) continue;
    return static_cast<int>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(found), '\n')) + 1;
  }
  return 0;
}

void Manifest::place(Package& package) const {
  const int line = line_of(package.name);
  if (line == 0) return;
  package.file = path_;
  package.line = line;
}

}  // namespace sampan::scan::packages
