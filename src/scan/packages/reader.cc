#include "scan/packages/reader.h"

#include <algorithm>
#include <deque>

#include "base/text.h"

namespace sampan::scan::packages {

namespace {

constexpr std::size_t kMostWritten = 4 << 20;  // bytes of a file that a person wrote
constexpr std::size_t kMostPlaces = 100;       // of a word, where a name has more to it than the word
constexpr std::size_t kLongestStep = 120;

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

bool Source::has(std::string_view wanted) const {
  return std::binary_search(tree.paths().begin(), tree.paths().end(), wanted);
}

const Manifest& Source::manifest_beside(std::string_view name) const {
  const auto wanted = beside(name);
  return shared.manifests.try_emplace(wanted, tree, wanted).first->second;
}

std::string step_of(std::string_view name, std::string_view version) {
  auto step = fmt::format("{} {}", name, version);
  return step.size() <= kLongestStep ? step : to_valid_utf8(step.substr(0, kLongestStep)) + "…";
}

void add_package(Inventory& inventory, Package package) {
  if (inventory.packages.size() < kMostPackages)
    inventory.packages.push_back(std::move(package));
  else
    ++inventory.packages_over;
}

void add_gap(Inventory& inventory, const std::string& path, int line, std::string zh, std::string en) {
  if (inventory.gaps.size() < kMostGaps)
    inventory.gaps.push_back({path, line, "", {std::move(zh), std::move(en)}});
  else
    ++inventory.gaps_over;
}

void tell_what_is_over(Inventory& inventory) {
  if (inventory.packages_over > 0)
    inventory.gaps.push_back(
        {"",
         0,
         "",
         {fmt::format("依赖超过 {} 个，其余 {} 个没有查", kMostPackages, inventory.packages_over),
          fmt::format("more than {} packages: {} were not looked up", kMostPackages, inventory.packages_over)}});
  if (inventory.gaps_over > 0)
    inventory.gaps.push_back({"",
                              0,
                              "",
                              {fmt::format("还有 {} 处没有查清", inventory.gaps_over),
                               fmt::format("{} more places are not clear", inventory.gaps_over)}});
  inventory.packages_over = inventory.gaps_over = 0;
}

std::size_t Graph::add(Package package) {
  packages_.push_back(std::move(package));
  needs_.emplace_back();
  return packages_.size() - 1;
}

void Graph::need(std::size_t from, std::size_t to) { needs_[from].push_back({Target::Kind::package, to}); }
void Graph::direct(std::size_t package) { direct_.push_back({Target::Kind::package, package}); }
void Graph::need_name(std::size_t from, std::size_t name) { needs_[from].push_back({Target::Kind::name, name}); }
void Graph::direct_name(std::size_t name) { direct_.push_back({Target::Kind::name, name}); }
void Graph::known_by(std::size_t name, std::size_t package) { names_[name].push_back(package); }

std::size_t Graph::add_name() {
  names_.emplace_back();
  return names_.size() - 1;
}

void Graph::write(Inventory& inventory) && {
  constexpr std::size_t kNobody = -1;
  std::vector<std::size_t> needed_by(packages_.size(), kNobody);
  std::deque<std::size_t> next;
  std::vector<bool> reached(names_.size());  // whoever needs a name later finds its packages reached
  const auto reach = [&](const Target& target, std::size_t by) {
    const auto one = [&](std::size_t package) {
      if (packages_[package].reach != Reach::unknown) return;
      packages_[package].reach = by == kNobody ? Reach::direct : Reach::through;
      needed_by[package] = by;
      next.push_back(package);
    };
    if (target.kind == Target::Kind::package) return one(target.number);
    if (reached[target.number]) return;
    reached[target.number] = true;
    std::for_each(names_[target.number].begin(), names_[target.number].end(), one);
  };
  for (const auto& target : direct_) reach(target, kNobody);
  for (; !next.empty(); next.pop_front())
    for (const auto& target : needs_[next.front()]) reach(target, next.front());
  for (std::size_t i = 0; i < packages_.size(); ++i) {
    auto& via = packages_[i].via;
    for (auto at = needed_by[i]; at != kNobody && via.size() < kLongestWay; at = needed_by[at])
      via.insert(via.begin(), step_of(packages_[at].name, packages_[at].version));
  }
  for (auto& package : packages_) add_package(inventory, std::move(package));
}

void Graph::write(Inventory& inventory, const Manifest& manifest) && {
  const auto before = inventory.packages.size();
  std::move(*this).write(inventory);
  for (auto i = before; i < inventory.packages.size(); ++i)
    if (inventory.packages[i].reach == Reach::direct) manifest.place(inventory.packages[i]);
}

namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./").find(c) != std::string_view::npos;
}

// Calls back with where each word begins and how long it is.
template <class Act>
void each_word(std::string_view text, const Act& act) {
  for (std::size_t start = 0; start < text.size(); ++start) {
    auto end = start;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end > start) act(start, end - start);
    start = end;
  }
}

}  // namespace

Manifest::Manifest(const Tree& tree, std::string path) : path_(std::move(path)) {
  if (auto text = tree.read(path_, kMostWritten); text.has_value()) text_ = lower(*text);
  for (std::uint32_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') lines_.push_back(i);
  each_word(text_, [&](std::size_t start, std::size_t length) {
    words_.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(length)});
  });
  std::stable_sort(words_.begin(), words_.end(), [&](Word a, Word b) { return text_of(a) < text_of(b); });
}

// Each word of the name is a whole word of the text: by the longest it is found.
int Manifest::line_of(std::string_view given) const {
  const std::string name = lower(given);
  std::size_t offset = 0, length = 0;
  each_word(name, [&](std::size_t start, std::size_t size) {
    if (size > length) offset = start, length = size;
  });
  if (length == 0) return 0;
  const auto word = std::string_view(name).substr(offset, length);
  auto at = std::lower_bound(words_.begin(), words_.end(), word,
                             [&](Word one, std::string_view wanted) { return text_of(one) < wanted; });
  for (std::size_t looks = 0; at != words_.end() && text_of(*at) == word && looks < kMostPlaces; ++at, ++looks) {
    if (at->start < offset) continue;
    const auto start = at->start - offset, end = start + name.size();
    if (std::string_view(text_).substr(start, name.size()) != name) continue;
    if ((start > 0 && is_word(text_[start - 1])) || (end < text_.size() && is_word(text_[end]))) continue;
    return static_cast<int>(std::lower_bound(lines_.begin(), lines_.end(), start) - lines_.begin()) + 1;
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
