// Gradle's lock files (docs.gradle.org, Locking dependency versions): "group:name:version=configuration,...".
#include "base/text.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

Result<void> read_gradle_lock(const Source& source, Inventory& inventory) {
  const auto& groovy = source.manifest_beside("build.gradle");
  const auto& kotlin = source.manifest_beside("build.gradle.kts");
  int number = 0;
  for (const auto& raw : split(source.text, '\n')) {
    ++number;
    const auto line = trim(raw);
    if (line.empty() || line.front() == '#' || line.starts_with("empty=")) continue;
    const auto parts = split(line.substr(0, line.find('=')), ':');
    if (parts.size() != 3 || parts[2].empty())
      return fail(Errc::invalid, "line {}: expected 'group:name:version', found '{}'", number, line.substr(0, 80));
    Package package{"Maven", parts[0] + ":" + parts[1], parts[2], source.path, number};
    // A build file that names it is the one to change; the lock does not say which are direct.
    for (const auto* build : {&groovy, &kotlin}) {
      if (const int at = build->line_of(parts[1]); at > 0) {
        package.reach = Reach::direct;
        package.file = build->path();
        package.line = at;
      }
    }
    add_package(inventory, std::move(package));
  }
  return {};
}

}  // namespace sampan::scan::packages
