// Which package a jar is that does not say so. A jar's file is called artifact-version.jar by Maven; manifests often
// have the artifact too, and seldom the group, which most projects take from the package of their classes.
#include <algorithm>

#include "base/text.h"
#include "scan/packages/jar.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages {

namespace {

constexpr std::size_t kMostManifestLines = 2'000, kLongestValue = 2'000, kLongestName = 200, kMostFolders = 20'000;
constexpr std::size_t kDeepest = 6;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '.' || c == '_' || c == '-';
}
// An artifact, a group or a package of Java, not a sentence.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName && std::ranges::all_of(text, is_plain) && text != "null" &&
         text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}
bool is_number(std::string_view version) { return is_name(version) && is_digit(version.front()); }

std::string value(const JarManifest& manifest, std::string_view key) {
  const auto found = manifest.find(key);
  return found == manifest.end() ? "" : std::string(trim(found->second.substr(0, found->second.find(';'))));
}

void add(std::vector<std::string>& list, std::string name) {
  if (is_name(name) && std::ranges::find(list, name) == list.end()) list.push_back(std::move(name));
}

std::vector<std::string> parts_of(std::string_view name) { return split(name, '.'); }
std::string first(const std::vector<std::string>& parts, std::size_t count) {
  return join(std::span(parts).first(std::min(count, parts.size())), ".");
}

// "a-1.0", "a_1.0": the version begins at the first digit behind a hyphen, as Maven's does. The name of a system
// behind it (4.1.101.Final-linux-x86_64) is Maven's classifier.
Guess::Named named_by_file(std::string_view file) {
  const auto stem = file.substr(0, file.rfind('.'));
  for (const char joint : {'-', '_'}) {
    for (std::size_t i = 1; i + 1 < stem.size(); ++i) {
      if (stem[i] != joint || !is_digit(stem[i + 1])) continue;
      auto version = stem.substr(i + 1);
      for (const std::string_view system : {"-linux-", "-osx-", "-windows-"})
        version = version.substr(0, version.find(system));
      if (is_name(stem.substr(0, i)) && is_number(version))
        return {std::string(stem.substr(0, i)), std::string(version)};
    }
  }
  return {std::string(stem), ""};
}

std::string version_by_manifest(const JarManifest& manifest) {
  for (const auto* key : {"implementation-version", "bundle-version"})
    if (auto version = value(manifest, key); is_number(version)) return version;
  return "";
}

struct Hints {
  Guess::Named file;
  std::string version;                // by the manifest
  std::string title, bundle, module;  // Implementation-Title, Bundle-SymbolicName, Automatic-Module-Name
  std::string told_group, told_artifact;

  Hints(std::string_view name, const JarManifest& manifest)
      : file(named_by_file(name)),
        version(version_by_manifest(manifest)),
        title(value(manifest, "implementation-title")),
        bundle(value(manifest, "bundle-symbolicname")),
        module(value(manifest, "automatic-module-name")) {
    // Nebula's plugin for Gradle writes all of it there: "io.micrometer#micrometer-core;1.9.17".
    if (const auto hash = title.find('#'); hash != std::string::npos) {
      told_group = title.substr(0, hash);
      told_artifact = title.substr(hash + 1);
    }
  }
};

// What the manifest may call the artifact: of a bundle its last part, and the last two ("ch.qos.logback.classic").
std::vector<std::string> artifacts_by_manifest(const Hints& hints) {
  std::vector<std::string> artifacts;
  add(artifacts, hints.told_artifact);
  add(artifacts, hints.title);
  const auto parts = parts_of(hints.bundle);
  add(artifacts, parts.back());
  if (parts.size() > 1) add(artifacts, parts[parts.size() - 2] + "-" + parts.back());
  auto dashed = hints.module;
  std::ranges::replace(dashed, '.', '-');  // "spring.boot"
  add(artifacts, dashed);
  return artifacts;
}

// A file without a version has a name that somebody gave it, so that what the manifest says must agree with it.
std::vector<Guess::Named> artifacts_of(const Hints& hints) {
  std::vector<Guess::Named> found;
  const auto put = [&](const std::string& artifact, const std::string& version) {
    const auto same = [&](const Guess::Named& one) { return one.artifact == artifact; };
    if (is_name(artifact) && !version.empty() && std::ranges::none_of(found, same))
      found.push_back({artifact, version});
  };
  const auto& [stem, version] = hints.file;
  put(stem, version);
  if (const auto dot = stem.rfind('.'); dot != std::string::npos) put(stem.substr(dot + 1), version);
  const auto by_manifest = artifacts_by_manifest(hints);
  if (version.empty()) {
    if (is_name(hints.told_artifact)) put(hints.told_artifact, hints.version);
    for (const auto& artifact : by_manifest)
      if (artifact == stem || artifact.ends_with("-" + stem)) put(artifact, hints.version);
    if (found.empty()) return found;
  }
  for (const auto& artifact : by_manifest) put(artifact, hints.version);
  return found;
}

bool is_host(std::string_view group) {  // of projects that have nothing to do with each other
  constexpr std::string_view kHosts[] = {"org.apache", "org.eclipse", "com.google", "com.github", "io.github"};
  return std::ranges::find(kHosts, group) != std::end(kHosts);
}

// org.apache.tomcat.embed of tomcat-embed-core, org.apache.kafka of kafka-clients.
std::string below_host(const std::string& host, const std::string& artifact) {
  auto words = artifact.substr(0, artifact.rfind('-'));
  std::ranges::replace(words, '-', '.');
  return host + "." + words;
}

// org.springframework.web.servlet of spring-web: what is before the part that the artifact ends with, else the root.
std::string group_by_classes(const std::string& package, const std::string& artifact) {
  const auto parts = parts_of(package);
  const auto root = root_of(package);
  const std::size_t least = parts_of(root).size() + (is_host(root) ? 1 : 0);
  const auto last = artifact.substr(artifact.find_last_of("-.") + 1);
  for (std::size_t i = least; i < parts.size(); ++i)
    if (parts[i] == last) return first(parts, i);
  return first(parts, least);
}

void add_with_parents(std::vector<std::string>& groups, const std::string& name) {
  const auto parts = parts_of(name);
  const auto least = parts_of(root_of(name)).size();
  for (auto count = std::min(parts.size(), kDeepest); count >= least; --count) add(groups, first(parts, count));
}

std::vector<std::string> groups_of(const Hints& hints, const JarManifest& manifest, const JarClasses& classes,
                                   const std::vector<Guess::Named>& artifacts) {
  std::vector<std::string> groups;
  add(groups, hints.told_group);
  const auto& [artifact, version] = artifacts.front();
  const auto& stem = hints.file.artifact;
  if (hints.bundle.ends_with("." + artifact)) {
    const auto before = hints.bundle.substr(0, hints.bundle.size() - artifact.size() - 1);
    add(groups, is_host(before) ? below_host(before, artifact) : before);
  }
  // Some copy jars with the group before the name: "org.springframework.spring-core-5.3.31.jar".
  if (const auto before = stem.substr(0, stem.rfind('.')); before.find('.') != std::string::npos) add(groups, before);
  const auto most = classes.most();
  if (!most.empty()) add(groups, group_by_classes(most.front(), artifact));
  for (const auto& package : most) add(groups, package);
  add(groups, value(manifest, "implementation-vendor-id"));
  auto dotted = hints.bundle;
  std::ranges::replace(dotted, '-', '.');  // "org.apache.tomcat-embed-core" is of org.apache.tomcat.embed
  for (const auto& name : {hints.bundle, dotted, hints.module})
    if (is_name(name) && name.find('.') != std::string::npos && root_of(name) != first(parts_of(name), 1))
      add_with_parents(groups, name);
  add(groups, artifact);  // as many old ones do: commons-io:commons-io
  add(groups, stem.substr(0, stem.find('-')));
  return groups;
}

}  // namespace

JarManifest read_jar_manifest(std::string_view text) {
  JarManifest manifest;
  auto last = manifest.end();
  for (std::size_t lines = 0; !text.empty() && lines < kMostManifestLines; ++lines) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;  // what follows is of single files in the jar
    if (line.front() == ' ') {
      if (last != manifest.end() && last->second.size() < kLongestValue) last->second += line.substr(1, kLongestValue);
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon > kLongestName) continue;
    last = manifest.try_emplace(lower(line.substr(0, colon))).first;
    last->second = line.substr(colon + 1, kLongestValue);
  }
  return manifest;
}

std::string root_of(std::string_view package) {
  const auto dot = package.find('.');
  if (dot == std::string_view::npos || dot > 3) return std::string(package.substr(0, dot));
  return std::string(package.substr(0, package.find('.', dot + 1)));
}

void JarClasses::add(std::string_view entry) {
  const auto name = name_of(entry);
  if (!name.ends_with(".class") || name == "module-info.class" || name == "package-info.class") return;
  ++all_;
  for (const std::string_view of : {"BOOT-INF/classes/", "WEB-INF/classes/"}) {
    if (!entry.starts_with(of)) continue;
    entry.remove_prefix(of.size());
    ++applications_;
  }
  if (constexpr std::string_view of = "META-INF/versions/"; entry.starts_with(of)) {
    const auto slash = entry.find('/', of.size());
    entry.remove_prefix(slash == std::string_view::npos ? entry.size() : slash + 1);
  }
  auto folder = folder_of(entry);
  if (folder.starts_with("org/springframework/boot/loader")) ++loader_;
  folder = folder.substr(0, kLongestName);
  if (const auto known = counts_.find(folder); known != counts_.end()) {
    ++known->second;
  } else if (counts_.size() < kMostFolders) {
    counts_.emplace(folder, 1);
  }
}

bool JarClasses::only_of_an_application() const { return applications_ + loader_ == all_; }

template <class Act>
void JarClasses::each(Act act) const {
  for (const auto& [folder, count] : counts_) {
    if (applications_ > 0 && folder.starts_with("org/springframework/boot/loader")) continue;
    auto package = folder;
    std::ranges::replace(package, '/', '.');
    act(package, count);
  }
}

std::vector<std::string> JarClasses::most() const {
  std::map<std::string, int> below;
  int all = 0;
  each([&](const std::string& package, int count) {
    all += count;
    const auto parts = parts_of(package);
    const auto least = parts_of(root_of(package)).size();
    for (auto i = least; i <= std::min(parts.size(), kDeepest); ++i) below[first(parts, i)] += count;
  });
  std::vector<std::string> found;
  for (const auto& [package, count] : below)
    if (2 * count > all && !package.empty()) found.push_back(package);
  std::ranges::sort(found, std::greater(), [](const std::string& one) { return one.size(); });
  return found;
}

std::vector<std::string> JarClasses::roots() const {
  std::map<std::string, int> counts;
  int all = 0;
  each([&](const std::string& package, int count) {
    all += count;
    if (const auto root = root_of(package); !root.empty() && !root.starts_with("javax") && !root.starts_with("jakarta"))
      counts[root] += count;
  });
  std::vector<std::string> found;
  for (const auto& [root, count] : counts)
    if (20 * count >= all) found.push_back(root);
  return found;
}

std::optional<Guess> guess_jar(std::string_view file, const JarManifest& manifest, const JarClasses& classes) {
  const Hints hints(file, manifest);
  Guess guess{std::string(file), artifacts_of(hints), {}};
  if (guess.artifacts.empty()) return std::nullopt;
  guess.groups = groups_of(hints, manifest, classes, guess.artifacts);
  return guess;
}

}  // namespace sampan::scan::packages
