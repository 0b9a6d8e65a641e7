// Jars, and which packages they are. Private to the room.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scan/packages.h"

namespace sampan::scan::packages {

inline constexpr std::size_t kMostJar = 512 << 20;

bool is_jar(std::string_view name);
// A jar says what it is in META-INF/maven/GROUP/ARTIFACT/pom.properties; a fat jar has several, and jars inside. One
// that does not is guessed; one that cannot be guessed, or that holds classes of others besides, is a gap.
Result<void> read_jar(const std::string& file, std::string_view bytes, Inventory& inventory);

// META-INF/MANIFEST.MF (the JAR File Specification): the main section, its names in lower case.
using JarManifest = std::map<std::string, std::string, std::less<>>;
JarManifest read_jar_manifest(std::string_view text);

// In which Java packages the classes of a jar are.
class JarClasses {
 public:
  void add(std::string_view entry);  // of the jar; what is no class is left out
  bool none() const { return all_ == 0; }
  // Those of an application (BOOT-INF, WEB-INF) are its own, and Spring Boot's loader comes with them.
  bool only_of_an_application() const;
  std::vector<std::string> most() const;   // those with more than half of the classes below them, the innermost first
  std::vector<std::string> roots() const;  // whose they are ("org.apache", "kotlin"), of a twentieth of them or more

 private:
  template <class Act>
  void each(Act act) const;  // package and classes, without the loader
  std::map<std::string, int, std::less<>> counts_;
  int all_ = 0, loader_ = 0, applications_ = 0;
};
// Whose a package or a group is: its first part, or the first two where that is a domain of the highest level.
std::string root_of(std::string_view package);

// nullopt: neither the name of the file nor the manifest says enough.
std::optional<Guess> guess_jar(std::string_view file, const JarManifest& manifest, const JarClasses& classes);

}  // namespace sampan::scan::packages
