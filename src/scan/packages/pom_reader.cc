// The packages of a pom.xml: what it names and, where Maven's local repository has their poms, what those bring.
#include <deque>
#include <set>

#include "base/text.h"
#include "scan/packages/pom_model.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

using namespace maven;

constexpr std::size_t kMostBrought = 100'000;

bool is_settled(const std::string& version) {
  return !version.empty() && version.find("${") == std::string::npos &&
         version.find_first_of("[(,") == std::string::npos && version != "LATEST" && version != "RELEASE";
}

using Exclusions = std::vector<std::pair<std::string, std::string>>;

bool excluded(const Exclusions& exclusions, const Dependency& d) {
  const auto fits = [](const std::string& pattern, const std::string& name) {
    return pattern == "*" || pattern == name;
  };
  return std::any_of(exclusions.begin(), exclusions.end(), [&](const auto& one) {
    return fits(one.first, d.group.text) && fits(one.second, d.artifact.text);
  });
}

// Breadth first: of several versions the nearest one is taken, and at one depth the first that is named.
class Resolver {
 public:
  Resolver(const Source& source, const Model& project, Inventory& inventory)
      : source_(source), project_(project), inventory_(inventory) {}

  void run() {
    for (const auto& one : project_.dependencies) take(one, {});
    for (; !next_.empty() && brought_ < kMostBrought; next_.pop_front()) bring(next_.front());
    if (!next_.empty())
      add_gap(inventory_, source_.path, 0, fmt::format("带入的依赖超过 {} 个，其余没有查", kMostBrought),
              fmt::format("it brings more than {} packages: the others were not looked up", kMostBrought));
    if (missing_ > 0)
      add_gap(
          inventory_, source_.path, first_missing_line_,
          fmt::format(
              "{} 个依赖又带入什么不清楚，例如 {}：Maven 本地仓库里没有它们的 pom；可以先运行 mvn dependency:tree "
              "-DoutputFile=dependency-tree.txt",
              missing_, first_missing_),
          fmt::format("what {} dependencies bring themselves is not known, among them {}: their poms are not in a "
                      "local repository of Maven; mvn dependency:tree -DoutputFile=dependency-tree.txt tells it too",
                      missing_, first_missing_));
  }

 private:
  struct Taken {
    Coordinates coordinates;
    Spot place;
    std::vector<std::string> way;  // of the names before it
    Exclusions exclusions;
  };

  void take(const Dependency& d, const Taken* by) {
    if (d.scope.text == "system" || d.scope.text == "import" || !seen_.insert(identity(d)).second) return;
    if (source_.shared.poms.is_module(d.group.text, d.artifact.text)) return;
    const std::string name = d.group.text + ":" + d.artifact.text;
    if (!is_settled(d.version.text)) {
      const auto& at = by ? by->place : d.group;
      const auto shown = d.version.text.substr(0, 80);
      return add_gap(inventory_, at.file, at.line, fmt::format("{} 的版本没有写定：“{}”", name, shown),
                     fmt::format("which version of {} is taken is not known: '{}'", name, shown));
    }
    // What poms of the repository say cannot be changed there: then the line is that of the dependency.
    Spot place = by ? by->place : d.version.line > 0 ? d.version : d.group;
    if (!by && place.file.ends_with(".pom")) place = d.group;
    if (place.file.ends_with(".pom")) place = Spot{"", source_.path, 0};
    Taken taken{{d.group.text, d.artifact.text, d.version.text}, place, {}, d.exclusions};
    if (by) {
      taken.way = by->way;
      if (taken.way.size() < kLongestWay)
        taken.way.push_back(step_of(by->coordinates.group + ":" + by->coordinates.artifact, by->coordinates.version));
      taken.exclusions.insert(taken.exclusions.end(), by->exclusions.begin(), by->exclusions.end());
    }
    add_package(inventory_, {"Maven", name, d.version.text, place.file, place.line, by ? Reach::through : Reach::direct,
                             taken.way});
    next_.push_back(std::move(taken));
    ++brought_;
  }

  void count_missing(const Taken& taken) {
    if (missing_++ > 0) return;
    first_missing_ = taken.coordinates.text();
    first_missing_line_ = taken.place.file == source_.path ? taken.place.line : 0;
  }

  void bring(const Taken& taken) {
    const auto model = source_.shared.poms.of_artifact(taken.coordinates);
    if (!model.has_value() || !(*model)->missing.empty()) count_missing(taken);
    if (!model.has_value()) return;
    for (auto one : (*model)->dependencies) {
      const auto& scope = one.scope.text;
      if (scope == "test" || scope == "provided" || one.optional.text == "true" || excluded(taken.exclusions, one))
        continue;
      // The project's management holds for what comes from elsewhere too.
      if (const auto known = project_.managed.find(identity(one)); known != project_.managed.end()) {
        if (!known->second.version.text.empty()) one.version = known->second.version;
        const auto& more = known->second.exclusions;
        one.exclusions.insert(one.exclusions.end(), more.begin(), more.end());
      }
      take(one, &taken);
    }
  }

  const Source& source_;
  const Model& project_;
  Inventory& inventory_;
  std::deque<Taken> next_;
  std::set<std::string> seen_;
  std::size_t brought_ = 0;
  int missing_ = 0, first_missing_line_ = 0;
  std::string first_missing_;
};

}  // namespace

Result<void> read_pom_xml(const Source& source, Inventory& inventory) {
  // What `mvn dependency:tree -DoutputFile=dependency-tree.txt` wrote beside it tells more.
  if (source.has(source.beside("dependency-tree.txt"))) return {};
  const auto model = TRY(source.shared.poms.of_file(source.path));
  for (const auto& sentence : model->missing)
    add_gap(inventory, source.path, 0, "没有读全：" + sentence, "not read whole: " + sentence);
  Resolver(source, *model, inventory).run();
  return {};
}

namespace {

// "[INFO] |  +- group:artifact:type[:classifier]:version:scope (optional)": how deep, and what.
struct TreeLine {
  std::size_t depth = 0;
  std::vector<std::string> parts;
};

TreeLine parsed(std::string_view line) {
  if (line.starts_with("[INFO]")) line = line.substr(std::min<std::size_t>(7, line.size()));
  std::size_t at = 0;
  while (at + 3 <= line.size()) {
    const auto mark = line.substr(at, 3);
    if (mark != "|  " && mark != "   " && mark != "+- " && mark != "\\- ") break;
    at += 3;
  }
  auto text = trim(line.substr(at));
  if (text.starts_with('(')) return {};  // of a verbose tree: left out there for another version
  text = text.substr(0, text.find(' '));
  return {at / 3, split(text, ':')};
}

}  // namespace

Result<void> read_maven_tree(const Source& source, Inventory& inventory) {
  const auto& pom = source.manifest_beside("pom.xml");
  std::vector<std::string> way;
  int number = 0;
  std::size_t found = 0;
  for (const auto& raw : split(source.text, '\n')) {
    ++number;
    const std::string line(raw.ends_with('\r') ? raw.substr(0, raw.size() - 1) : raw);
    const auto [depth, parts] = parsed(line);
    if (parts.size() < 4 || parts.size() > 6) continue;  // the project itself is group:artifact:type:version
    if (depth == 0) {
      way.clear();
      ++found;
      continue;
    }
    if (parts.size() < 5 || depth > way.size() + 1)
      return fail(Errc::invalid, "line {}: expected group:artifact:type:version:scope, found '{}'", number, trim(line));
    ++found;
    const std::string name = parts[0] + ":" + parts[1], version = parts[parts.size() - 2];
    way.resize(depth - 1);
    Package package{"Maven", name, version, source.path, number, depth == 1 ? Reach::direct : Reach::through};
    package.via.assign(way.begin(), way.begin() + static_cast<std::ptrdiff_t>(std::min(way.size(), kLongestWay)));
    if (depth == 1) {
      if (const int at = pom.line_of(parts[1]); at > 0) {
        package.file = pom.path();
        package.line = at;
      }
    }
    way.push_back(step_of(name, version));
    if (!source.shared.poms.is_module(parts[0], parts[1])) add_package(inventory, std::move(package));
  }
  return found > 0 ? Result<void>() : fail(Errc::invalid, "expected the output of mvn dependency:tree");
}

}  // namespace sampan::scan::packages
