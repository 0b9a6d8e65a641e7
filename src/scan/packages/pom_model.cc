#include "scan/packages/pom_model.h"

#include <algorithm>
#include <filesystem>

#include "base/archive.h"
#include "scan/packages/reader.h"

namespace sampan::scan::packages::maven {

namespace {

constexpr std::size_t kMostParents = 50, kMostImports = 30;
constexpr int kMostRounds = 30;
constexpr std::size_t kMostText = 4096;  // properties made of properties may double each round, and long ones be many

class Properties {
 public:
  // The project first, then its parents: the nearest one's value holds.
  explicit Properties(const std::vector<std::shared_ptr<const Pom>>& lineage) : lineage_(lineage) {
    const auto nearest = [&](Spot Pom::*member, Spot Pom::Parent::*of_parent) {
      for (const auto& pom : lineage) {
        if (!((*pom).*member).text.empty()) return (*pom).*member;
        if (pom->parent && of_parent && !((*pom->parent).*of_parent).text.empty()) return (*pom->parent).*of_parent;
      }
      return Spot{};
    };
    const auto group = nearest(&Pom::group, &Pom::Parent::group),
               version = nearest(&Pom::version, &Pom::Parent::version);
    for (const std::string prefix : {"project.", "pom.", ""}) {
      own_.insert_or_assign(prefix + "groupId", group);
      own_.insert_or_assign(prefix + "version", version);
      own_.insert_or_assign(prefix + "artifactId", lineage.front()->artifact);
      if (const auto& parent = lineage.front()->parent) {
        own_.insert_or_assign(prefix + "parent.groupId", parent->group);
        own_.insert_or_assign(prefix + "parent.version", parent->version);
        own_.insert_or_assign(prefix + "parent.artifactId", parent->artifact);
      }
    }
  }

  // A text that is one property only stands where the property does.
  Spot resolved(Spot spot) const {
    for (int round = 0; round < kMostRounds; ++round) {
      const auto begin = spot.text.find("${");
      const auto end = spot.text.find('}', begin);
      if (begin == std::string::npos || end == std::string::npos) break;
      const auto* found = find(std::string_view(spot.text).substr(begin + 2, end - begin - 2));
      if (!found || std::max(spot.text.size(), found->text.size()) > kMostText) break;
      const bool whole = begin == 0 && end + 1 == spot.text.size();
      if (whole)
        spot = Spot(*found);
      else
        spot.text.replace(begin, end + 1 - begin, found->text);
    }
    return spot;
  }

  Dependency resolved(Dependency d) const {
    for (auto member : {&Dependency::group, &Dependency::artifact, &Dependency::version, &Dependency::scope,
                        &Dependency::type, &Dependency::classifier, &Dependency::optional})
      d.*member = resolved(std::move(d.*member));
    for (auto& [group, artifact] : d.exclusions) {
      group = resolved(Spot{group, "", 0}).text;
      artifact = resolved(Spot{artifact, "", 0}).text;
    }
    return d;
  }

 private:
  const Spot* find(std::string_view name) const {
    if (const auto found = own_.find(name); found != own_.end()) return &found->second;
    for (const auto& pom : lineage_)
      if (const auto found = pom->properties.find(name); found != pom->properties.end()) return &found->second;
    return nullptr;
  }

  const std::vector<std::shared_ptr<const Pom>>& lineage_;
  std::map<std::string, Spot, std::less<>> own_;
};

bool is_import(const Dependency& d) { return d.scope.text == "import" && d.type.text == "pom"; }

template <class List, class Name>
std::string circle(const List& list, Name name) {
  std::string way;
  for (const auto& one : list) way += (way.empty() ? "" : " > ") + name(one);
  return way;
}

}  // namespace

std::string identity(const Dependency& d) {
  return fmt::format("{}:{}:{}:{}", d.group.text, d.artifact.text, d.type.text.empty() ? "jar" : d.type.text,
                     d.classifier.text);
}

Poms::Poms(const Tree& code, const Tree* repository, PomLimits limits)
    : code_(code), repository_(repository), limits_(limits) {}
Poms::~Poms() = default;

Result<std::shared_ptr<const Pom>> Poms::pom(const Place& place) {
  if (const auto known = poms_.find(place); known != poms_.end()) return known->second;
  const auto read = [&]() -> Result<std::shared_ptr<const Pom>> {
    const std::string text = TRY(place.tree->read(place.path, kMostManifest));
    return std::make_shared<const Pom>(TRY(read_pom(text, place.path)));
  };
  return poms_.emplace(place, read()).first->second;
}

void Poms::find_modules() {
  if (std::exchange(modules_known_, true)) return;
  for (const auto& path : code_.paths()) {
    if (name_of(path) != "pom.xml") continue;
    const auto read = pom({&code_, path});
    if (!read.has_value()) continue;  // its own gap says so
    const Pom& one = **read;
    const auto& group = one.group.text.empty() && one.parent ? one.parent->group.text : one.group.text;
    modules_.try_emplace({group, one.artifact.text}, path);
  }
}

bool Poms::is_module(const std::string& group, const std::string& artifact) {
  find_modules();
  return modules_.contains({group, artifact});
}

Result<Poms::Place> Poms::place_of(const Coordinates& c) {
  find_modules();
  if (const auto module = modules_.find({c.group, c.artifact}); module != modules_.end())
    return Place{&code_, module->second};
  std::string group = c.group;
  std::replace(group.begin(), group.end(), '.', '/');
  const std::string path = fmt::format("{}/{}/{}/{}-{}.pom", group, c.artifact, c.version, c.artifact, c.version);
  if (!repository_ || !stays_inside(path))
    return fail(Errc::not_found, "{} is neither in this tree nor in a local repository of Maven", c.text());
  if (const auto read = pom({repository_, path}); !read.has_value() && read.error().code == Errc::not_found)
    return fail(Errc::not_found, "{} is neither in this tree nor in the local repository of Maven", c.text());
  return Place{repository_, path};
}

Result<Poms::Place> Poms::parent_of(const Place& place, const Pom& pom_in) {
  const auto& parent = *pom_in.parent;
  if (place.tree == &code_ && !parent.relative_path.empty()) {
    auto path = std::filesystem::path(joined(folder_of(place.path), parent.relative_path)).lexically_normal().string();
    if (!path.ends_with(".xml")) path = joined(path == "." ? "" : path, "pom.xml");
    if (stays_inside(path)) {
      const auto read = pom({&code_, path});
      if (read.has_value() && (*read)->artifact.text == parent.artifact.text) return Place{&code_, path};
      if (!read.has_value() && read.error().code != Errc::not_found) return read.error();
    }
  }
  auto found = place_of({parent.group.text, parent.artifact.text, parent.version.text});
  if (found.has_value()) return found;
  return fail(found.error().code, "{}:{}: its parent: {}", place.path, parent.line, found.error().message);
}

Result<std::vector<std::shared_ptr<const Pom>>> Poms::lineage(const Place& start, std::set<std::string>& missing) {
  std::vector<std::shared_ptr<const Pom>> poms;
  std::vector<Place> places;
  for (Place place = start;;) {
    const bool again = std::find(places.begin(), places.end(), place) != places.end();
    places.push_back(place);
    if (again)
      return fail(Errc::invalid, "{}: the parents go in a circle: {}", start.path,
                  circle(places, [](const Place& p) { return p.path; }));
    if (places.size() > kMostParents) return fail(Errc::invalid, "{}: over {} parents", start.path, kMostParents);
    poms.push_back(TRY(pom(place)));
    if (!poms.back()->parent) return poms;
    auto parent = parent_of(place, *poms.back());
    if (!parent.has_value() && parent.error().code == Errc::not_found) {
      missing.insert(parent.error().message);
      return poms;
    }
    place = TRY(std::move(parent));
  }
}

// BOM imports come after what the project and its parents manage themselves; the first that manages something wins.
Result<void> Poms::manage(Model& model_in, const std::vector<Dependency>& managed) {
  for (const auto& one : managed)
    if (!is_import(one)) model_in.managed.try_emplace(identity(one), one);
  for (const auto& one : managed) {
    if (!is_import(one)) continue;
    const Coordinates bom{one.group.text, one.artifact.text, one.version.text};
    const auto place = place_of(bom).context(fmt::format("{}:{}: a BOM", one.group.file, one.group.line));
    if (!place.has_value() && place.error().code == Errc::not_found) {
      model_in.missing.insert(place.error().message);
      continue;
    }
    const auto read = model(TRY(Result<Place>(place)));
    if (!read.has_value()) return read.error();
    if ((said_ += (*read)->managed.size() + (*read)->missing.size()) > limits_.said) return said_too_much();
    const auto& more = (*read)->missing;
    model_in.missing.insert(more.begin(), more.end());
    for (const auto& [id, dependency] : (*read)->managed) {
      Dependency moved = dependency;
      moved.version.file = one.version.file;  // the line to change is the import's
      moved.version.line = one.version.line;
      model_in.managed.try_emplace(id, std::move(moved));
    }
  }
  return {};
}

tl::unexpected<Error> Poms::said_too_much() const {
  return fail(Errc::too_large, "the poms of this tree name more than {} dependencies for each other", limits_.said);
}

Result<void> Poms::weigh(const std::vector<std::shared_ptr<const Pom>>& lineage) {
  for (const auto& pom : lineage) said_ += pom->managed.size() + pom->dependencies.size();
  return said_ > limits_.said ? said_too_much() : Result<void>();
}

Poms::Models Poms::build(const Place& place) {
  auto made = std::make_shared<Model>();
  const auto poms = TRY(lineage(place, made->missing));
  TRY(weigh(poms));
  const Properties properties(poms);
  const auto value = [&](std::string_view name) {
    return properties.resolved(Spot{fmt::format("${{{}}}", name), "", 0}).text;
  };
  made->self = {value("project.groupId"), value("project.artifactId"), value("project.version")};
  std::vector<Dependency> managed;
  std::set<std::string> seen;
  for (const auto& pom : poms)
    for (const auto& one : pom->managed) managed.push_back(properties.resolved(one));
  TRY(manage(*made, managed));
  for (const auto& pom : poms) {
    for (const auto& one : pom->dependencies) {
      auto dependency = properties.resolved(one);
      if (!seen.insert(identity(dependency)).second) continue;  // a child says it anew
      if (const auto known = made->managed.find(identity(dependency)); known != made->managed.end()) {
        if (dependency.version.text.empty()) dependency.version = known->second.version;
        if (dependency.scope.text.empty()) dependency.scope = known->second.scope;
        const auto& more = known->second.exclusions;
        dependency.exclusions.insert(dependency.exclusions.end(), more.begin(), more.end());
      }
      made->dependencies.push_back(std::move(dependency));
    }
  }
  return std::shared_ptr<const Model>(std::move(made));
}

Poms::Models Poms::made(const Place& place) {
  const bool again = std::find(building_.begin(), building_.end(), place) != building_.end();
  building_.push_back(place);
  auto made = again ? Models(fail(Errc::invalid, "the BOM imports go in a circle: {}",
                                  circle(building_, [](const Place& p) { return p.path; })))
              : building_.size() > kMostImports
                  ? Models(fail(Errc::invalid, "BOM imports are nested deeper than {}", kMostImports))
                  : build(place);
  building_.pop_back();
  return made;
}

Poms::Models Poms::model(const Place& place) {
  if (const auto known = models_.find(place); known != models_.end()) return known->second;
  auto found = made(place);
  if (found.has_value() && (kept_ += (*found)->managed.size()) > limits_.kept)
    found = fail(Errc::too_large, "the BOMs of this tree manage more than {} versions together", limits_.kept);
  const bool waits = std::find(building_.begin(), building_.end(), place) != building_.end();
  if (!waits) models_.emplace(place, found);
  return found;
}

Poms::Models Poms::of_file(const std::string& path) { return made({&code_, path}); }

Poms::Models Poms::of_artifact(const Coordinates& coordinates) {
  const auto place = TRY(place_of(coordinates));
  if (const auto known = brought_.find(place); known != brought_.end()) return known->second;
  auto found = made(place);
  if (found.has_value())
    found = std::make_shared<const Model>(Model{(*found)->self, (*found)->dependencies, {}, (*found)->missing});
  return brought_.emplace(place, std::move(found)).first->second;
}

}  // namespace sampan::scan::packages::maven
