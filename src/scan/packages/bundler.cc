// Gemfile.lock: sections at the margin, gems by indentation (bundler.io, gemfile.lock).
#include <map>

#include "base/text.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

// "name (1.2.3-x86_64-linux)": a gem's version ends where its platform begins.
std::string version_in(std::string_view text) {
  const auto open = text.find('(');
  if (open == std::string_view::npos) return "";
  const auto inner = text.substr(open + 1, text.find(')') - open - 1);
  for (auto dash = inner.find('-'); dash != std::string_view::npos; dash = inner.find('-', dash + 1)) {
    const auto behind = inner.substr(dash + 1);
    for (const std::string_view platform :
         {"x86", "arm", "aarch64", "java", "universal", "mswin", "mingw", "x64", "jruby"})
      if (behind.starts_with(platform)) return std::string(inner.substr(0, dash));
  }
  return std::string(inner);
}

}  // namespace

Result<void> read_gemfile_lock(const Source& source, Inventory& inventory) {
  Graph graph;
  std::map<std::string, std::size_t> numbers;
  std::vector<std::pair<std::size_t, std::string>> needs;
  std::vector<std::string> direct;
  std::string section;
  int number = 0;
  bool known = false;
  for (const auto& raw : split(source.text, '\n')) {
    ++number;
    const auto line = trim(raw);
    const auto indent = raw.find_first_not_of(' ');
    if (line.empty()) continue;
    if (indent == 0) {
      section = line;
      known = known || section == "GEM" || section == "DEPENDENCIES";
      continue;
    }
    const std::string name(line.substr(0, line.find_first_of(" !")));
    const bool gems = section == "GEM" || section == "GIT";
    if (gems && indent == 4) {
      const auto version = version_in(line);
      if (version.empty()) return fail(Errc::invalid, "line {}: '{}' has no version", number, name);
      numbers.try_emplace(name, graph.size());
      graph.add({"RubyGems", name, version, source.path, number});
    } else if (gems && indent == 6 && graph.size() > 0) {
      needs.emplace_back(graph.size() - 1, name);
    } else if (section == "PATH" && indent == 6) {
      direct.push_back(name);  // the project's own gem needs it
    } else if (section == "DEPENDENCIES" && indent == 2) {
      direct.push_back(name);
    }
  }
  if (!known) return fail(Errc::invalid, "expected a section GEM or DEPENDENCIES, as bundler writes them");
  for (const auto& [from, name] : needs)
    if (const auto to = numbers.find(name); to != numbers.end()) graph.need(from, to->second);
  for (const auto& name : direct)
    if (const auto found = numbers.find(name); found != numbers.end()) graph.direct(found->second);
  std::move(graph).write(inventory, source.manifest_beside("Gemfile"));
  return {};
}

}  // namespace sampan::scan::packages
