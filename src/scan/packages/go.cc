// go.mod (go.dev/ref/mod, section go.mod files). Since go 1.17 it names everything a build takes; before that the rest
// is in go.sum, which also holds versions that were only looked at: of each module the highest one is built.
#include "scan/packages/go.h"

#include <map>

#include "base/text.h"
#include "scan/packages/reader.h"
#include "scan/packages/version.h"

namespace sampan::scan::packages {

namespace {

struct Line {
  std::vector<std::string> words;
  bool indirect = false;
  int number = 0;
};

// Blocks are undone: each line begins with its directive.
Result<std::vector<Line>> lines_of(std::string_view text) {
  std::vector<Line> lines;
  std::string block;
  int number = 0;
  for (const auto& raw : split(text, '\n')) {
    ++number;
    const auto comment = raw.find("//");
    Line line{{}, comment != std::string::npos && trim(raw.substr(comment + 2)).starts_with("indirect"), number};
    if (!block.empty()) line.words.push_back(block);
    for (const auto& word : split(std::string(trim(raw.substr(0, comment))), ' '))
      for (const auto& part : split(word, '\t'))
        if (!part.empty()) line.words.push_back(std::string(trim(part)));
    for (auto& word : line.words)
      if (word.size() > 1 && (word.front() == '"' || word.front() == '`')) word = word.substr(1, word.size() - 2);
    const auto own = line.words.size() - (block.empty() ? 0 : 1);
    if (own == 0) continue;
    if (block.empty() && line.words.back() == "(") {
      block = line.words.front();
    } else if (line.words.back() == ")" && own == 1) {
      if (block.empty()) return fail(Errc::invalid, "line {}: a ')' without its block", number);
      block.clear();
    } else {
      lines.push_back(std::move(line));
    }
  }
  if (!block.empty()) return fail(Errc::invalid, "the block '{}' does not end", block);
  return lines;
}

std::string without_v(const std::string& version) { return version.starts_with('v') ? version.substr(1) : version; }

struct Module {
  std::string name, version;
  int line;
  Reach reach;
};

using Replaces = std::map<std::string, const Line*>;  // by the module, or by "module version"

// "replace old [version] => new version" says the version that is built, or a folder, which is the project's own; that
// of one version goes before that of all.
void remember(Replaces& replaces, const Line& line) {
  const auto arrow = std::find(line.words.begin(), line.words.end(), "=>");
  if (arrow == line.words.end() || line.words.size() < 4) return;
  const bool only_one = arrow - line.words.begin() == 3;
  replaces[only_one ? line.words[1] + " " + without_v(line.words[2]) : line.words[1]] = &line;
}

void replace(const Replaces& replaces, Module& module) {
  auto found = replaces.find(module.name + " " + module.version);
  if (found == replaces.end()) found = replaces.find(module.name);
  if (found == replaces.end()) return;
  const auto& words = found->second->words;
  const auto arrow = std::find(words.begin(), words.end(), "=>");
  const bool published = words.end() - arrow == 3;
  module.name = published ? *(arrow + 1) : "";
  module.version = published ? without_v(*(arrow + 2)) : "";
  module.line = found->second->number;
}

void add_sums(const Source& source, Inventory& inventory, const std::vector<Module>& known) {
  const auto path = source.beside("go.sum");
  const auto text = source.tree.read(path, kMostManifest);
  if (!text.has_value())
    return add_gap(inventory, source.path, 0, "没有 go.sum，间接依赖不清楚：运行 go mod tidy",
                   "there is no go.sum, so what its modules need is not known: run go mod tidy");
  std::map<std::string, std::pair<std::string, int>> highest;
  int number = 0;
  for (const auto& line : split(*text, '\n')) {
    ++number;
    const auto words = split(trim(line), ' ');
    if (words.size() != 3 || words[1].ends_with("/go.mod")) continue;
    auto& best = highest[words[0]];
    const auto version = without_v(words[1]);
    if (best.first.empty() || compare(Scheme::semver, version, best.first) > 0) best = {version, number};
  }
  for (const auto& module : known) highest.erase(module.name);
  for (const auto& [name, best] : highest) add_package(inventory, {"Go", name, best.first, path, best.second});
}

}  // namespace

std::string go_language_version(const std::string& text) {
  const auto word = text.find_first_of("rb");
  if (word == std::string::npos) return text;
  const auto digits = text.find_first_of("0123456789", word);
  const auto numbers = text.substr(0, word);
  if (digits == std::string::npos) return text;
  return fmt::format("{}{}-{}.{}", numbers, std::count(numbers.begin(), numbers.end(), '.') == 1 ? ".0" : "",
                     text.substr(word, digits - word), text.substr(digits));
}

Result<void> read_go_mod(const Source& source, Inventory& inventory) {
  std::vector<Module> modules;
  Module language{"stdlib", "", 0, Reach::direct};
  std::string go = "1.16";
  const auto lines = TRY(lines_of(source.text));
  for (const auto& line : lines) {
    const auto& words = line.words;
    if (words[0] == "require" && words.size() < 3)
      return fail(Errc::invalid, "line {}: expected 'require MODULE VERSION'", line.number);
    if (words[0] == "require")
      modules.push_back({words[1], without_v(words[2]), line.number, line.indirect ? Reach::through : Reach::direct});
    if (words[0] == "go" && words.size() == 2) go = words[1];
    const bool toolchain = words[0] == "toolchain" && words.size() == 2 && words[1].starts_with("go");
    if (toolchain) language = {"stdlib", go_language_version(words[1].substr(2)), line.number, Reach::direct};
    if (words[0] == "go" && words.size() == 2 && language.version.empty())
      language = {"stdlib", go_language_version(go), line.number, Reach::direct};
  }
  Replaces replaces;
  for (const auto& line : lines)
    if (line.words[0] == "replace") remember(replaces, line);
  for (auto& module : modules) replace(replaces, module);
  const auto known = modules;
  if (!language.version.empty()) modules.push_back(language);
  for (const auto& module : modules) {
    if (module.name.empty()) continue;
    // go.mod says that a module is indirect, not which one needs it.
    const auto reach = module.reach == Reach::through ? Reach::unknown : module.reach;
    add_package(inventory, {"Go", module.name, module.version, source.path, module.line, reach});
  }
  if (!known.empty() && is_version(Scheme::semver, go) && compare(Scheme::semver, go, "1.17") < 0)
    add_sums(source, inventory, known);
  return {};
}

}  // namespace sampan::scan::packages
