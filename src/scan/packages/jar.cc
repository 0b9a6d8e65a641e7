// Reading jars: what they say themselves, what is inside them, and what is left to guess.
#include "scan/packages/jar.h"

#include <set>

#include "base/archive.h"
#include "base/text.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

constexpr std::size_t kMostInnerJar = 128 << 20, kMostPackages = 50'000;
constexpr std::uint64_t kMostUnpacked = 4ull << 30;
constexpr int kMostNested = 4;
constexpr std::size_t kManyRoots = 3;  // two projects in one jar are common (quartz, poi), three are a bundle

bool is_properties(std::string_view inner) {
  return inner.starts_with("META-INF/maven/") && inner.ends_with("/pom.properties");
}
bool is_jar_manifest(std::string_view inner) { return inner == "META-INF/MANIFEST.MF"; }

// "a-1.0.jar" has the artifact a; a name without a version was given by somebody else.
bool names(std::string_view file, std::string_view artifact) {
  const auto at = file.find(artifact);
  if (at == std::string_view::npos) return false;
  const auto rest = file.substr(at + artifact.size());
  return (at == 0 || file[at - 1] == '.' || file[at - 1] == '-') && (rest.starts_with('-') || rest.starts_with('.'));
}

class Jars {
 public:
  Jars(const std::string& file, Inventory& inventory) : file_(file), inventory_(inventory) {}

  Result<void> read(const std::string& name, std::string_view bytes, int depth) {
    Jar jar{name, {}, {}, false};
    ArchiveReading reading;
    reading.limits = {.bytes = 2ull << 30, .entries = 500'000};
    reading.file_bytes = kMostInnerJar;
    reading.wants = [&](const std::string& inner) {
      jar.classes.add(inner);
      return is_jar(inner) || is_properties(inner) || is_jar_manifest(inner);
    };
    std::vector<Package> said;
    reading.take = [&](const std::string& inner, const std::string& content) -> Result<void> {
      if (inventory_.packages.size() + said.size() > kMostPackages)
        return fail(Errc::too_large, "more than {} packages in one jar", kMostPackages);
      if (is_jar_manifest(inner)) return jar.manifest = read_jar_manifest(content), Result<void>();
      if (is_properties(inner)) return properties(content, said), Result<void>();
      jar.has_jars = true;
      if (depth >= kMostNested) return fail(Errc::too_large, "{} is nested deeper than {} jars", inner, kMostNested);
      if ((unpacked_ += content.size()) > kMostUnpacked)
        return fail(Errc::too_large, "more than {} bytes of jars in jars", kMostUnpacked);
      return read(name + "!" + inner, content, depth + 1);
    };
    const auto done = read_archive_bytes(bytes, reading).context(name);
    if (done.has_value()) end(jar, said);
    std::ranges::move(said, std::back_inserter(inventory_.packages));
    return done.has_value() ? Result<void>() : Result<void>(done.error());
  }

 private:
  struct Jar {
    const std::string& name;
    JarManifest manifest;
    JarClasses classes;
    bool has_jars;
  };

  void properties(std::string_view text, std::vector<Package>& said) const {
    std::map<std::string, std::string> values;
    for (const auto& line : split(text, '\n'))
      if (const auto at = line.find('='); at != std::string::npos && line.front() != '#')
        values[std::string(trim(line.substr(0, at)))] = trim(line.substr(at + 1));
    if (values["groupId"].empty() || values["artifactId"].empty() || values["version"].empty()) return;
    said.push_back({"Maven", values["groupId"] + ":" + values["artifactId"], values["version"], file_, 0});
  }

  void end(const Jar& jar, std::vector<Package>& said) {
    const auto file = name_of(std::string_view(jar.name).substr(jar.name.rfind('!') + 1));
    const bool own = std::ranges::any_of(
        said, [&](const Package& one) { return names(file, one.name.substr(one.name.find(':') + 1)); });
    auto guess = own ? std::nullopt : guess_jar(file, jar.manifest, jar.classes);
    if (guess) {
      const auto& best = guess->artifacts.front();
      said.push_back({"Maven", guess->groups.front() + ":" + best.artifact, best.version, file_});
      said.back().guess = std::move(*guess);
    }
    if (jar.classes.none() || (jar.has_jars && jar.classes.only_of_an_application())) return;
    if (said.empty())
      return add_gap(inventory_, file_, 0,
                     jar.name + " 没有说明自己是哪个包：没有 pom.properties，文件名和清单里也没有名称与版本",
                     jar.name +
                         " does not say which package it is: it has no pom.properties, and neither its name nor "
                         "its manifest has name and version");
    tell_of_others(jar, said);
  }

  // Somebody put several projects into one jar, and not all of them say that they are in it.
  void tell_of_others(const Jar& jar, const std::vector<Package>& said) {
    auto roots = jar.classes.roots();
    if (roots.size() < kManyRoots) return;
    std::set<std::string> known;
    for (const auto& one : said) known.insert(root_of(one.name.substr(0, one.name.find(':'))));
    std::erase_if(roots, [&](const std::string& root) { return known.contains(root); });
    if (roots.empty()) return;
    add_gap(inventory_, file_, 0, fmt::format("{} 里还有 {} 的类，没有说明是哪些包", jar.name, join(roots, "、")),
            fmt::format("{} also holds classes of {}, and does not say which packages those are", jar.name,
                        join(roots, ", ")));
  }

  const std::string& file_;
  Inventory& inventory_;
  std::uint64_t unpacked_ = 0;
};

}  // namespace

bool is_jar(std::string_view name) {
  return name.ends_with(".jar") || name.ends_with(".war") || name.ends_with(".ear");
}

Result<void> read_jar(const std::string& file, std::string_view bytes, Inventory& inventory) {
  return Jars(file, inventory).read(file, bytes, 0);
}

}  // namespace sampan::scan::packages
