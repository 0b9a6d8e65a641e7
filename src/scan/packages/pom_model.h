// What a pom.xml means with its parents, properties and BOM imports (maven.apache.org, Introduction to the Dependency
// Mechanism and Introduction to the POM). Poms come from the tree, by relativePath or as another module of the same
// build, and from Maven's local repository. Profiles are not applied.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "scan/packages.h"
#include "scan/packages/pom.h"

namespace sampan::scan::packages::maven {

// What identifies a dependency within a project: group, artifact, type and classifier.
std::string identity(const Dependency& dependency);

struct Model {
  Coordinates self;
  std::vector<Dependency> dependencies;       // without open properties, versions filled in from the managed ones
  std::map<std::string, Dependency> managed;  // by identity
  // Parents and BOMs that are nowhere, a sentence each: what they would say is not in this. A set, for a BOM that is
  // imported twice on each of thirty levels would double them each time.
  std::set<std::string> missing;
};

// Each module has what its parents name, and a BOM what those have that it imports: of many modules below one large
// parent that is the product.
struct PomLimits {
  std::size_t said = 3'000'000;  // dependencies, managed ones too, of each model anew
  std::size_t kept = 200'000;    // managed ones of all BOMs, which stay in memory
};

class Poms {
 public:
  Poms(const Tree& code, const Tree* repository, PomLimits limits = {});
  ~Poms();
  // Errors name the file, and the way round when parents or imports go in a circle.
  Result<std::shared_ptr<const Model>> of_file(const std::string& path);
  // From the repository; not_found: it is not there.
  Result<std::shared_ptr<const Model>> of_artifact(const Coordinates& coordinates);
  bool has_repository() const { return repository_ != nullptr; }
  // Whether the build makes it itself: then it has no version that was published.
  bool is_module(const std::string& group, const std::string& artifact);

 private:
  struct Place {  // which of the two trees, and where
    const Tree* tree = nullptr;
    std::string path;
    auto operator<=>(const Place&) const = default;
  };
  using Models = Result<std::shared_ptr<const Model>>;
  Result<std::shared_ptr<const Pom>> pom(const Place& place);
  Result<Place> parent_of(const Place& place, const Pom& pom);
  Result<Place> place_of(const Coordinates& coordinates);
  // The project and its parents; `missing` gets the one that is nowhere.
  Result<std::vector<std::shared_ptr<const Pom>>> lineage(const Place& place, std::set<std::string>& missing);
  Models model(const Place& place);  // kept, for others
  Models made(const Place& place);   // anew
  Models build(const Place& place);
  tl::unexpected<Error> said_too_much() const;
  Result<void> weigh(const std::vector<std::shared_ptr<const Pom>>& lineage);
  Result<void> manage(Model& model, const std::vector<Dependency>& managed);
  void find_modules();

  const Tree& code_;
  const Tree* repository_;
  std::map<Place, Result<std::shared_ptr<const Pom>>> poms_;
  std::map<Place, Models> models_;   // of BOMs
  std::map<Place, Models> brought_;  // of artifacts, without what they manage
  const PomLimits limits_;
  std::size_t said_ = 0, kept_ = 0;
  std::vector<Place> building_;  // whose models wait for others
  bool modules_known_ = false;
  std::map<std::pair<std::string, std::string>, std::string> modules_;  // group and artifact, and the path
};

}  // namespace sampan::scan::packages::maven
