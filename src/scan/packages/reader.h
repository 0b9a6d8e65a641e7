// A reader knows one kind of file and says which packages it names. To add one: a file beside this with read_x(), its
// test, and a line in readers.cc.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scan/packages.h"

namespace sampan::scan::packages {

inline constexpr std::size_t kMostManifest = 16 << 20;  // bytes; lock files of large monorepos have about ten million
inline constexpr std::size_t kMostPackages = 500'000, kMostGaps = 10'000;  // of a whole tree
inline constexpr std::size_t kMostTogether = 256
                                             << 20;  // bytes of all manifests of a tree: one text may have many names
inline constexpr std::size_t kLongestPath = 4096;    // bytes, as Linux has it

namespace maven {
class Poms;
}

class Manifest;

// A version that a file says for many projects.
struct SharedVersion {
  std::string version, file;
  int line = 0;
};
using SharedVersions = std::map<std::string, SharedVersion>;  // by the name in lower case

// What the readers of one tree read once, however many files speak of it.
struct Shared {
  maven::Poms& poms;
  std::set<std::string> requirements{};  // that were read, also as a part of others
  std::map<std::string, Manifest> manifests{};
  std::map<std::string, std::optional<SharedVersions>> versions{};  // nullopt: there is no such file
};

struct Source {
  const Tree& tree;
  std::string path;
  std::string_view text;
  Shared& shared;

  std::string beside(std::string_view name) const;  // the path of a file in the same folder
  bool has(std::string_view path) const;            // among the tree's paths
  const Manifest& manifest_beside(std::string_view name) const;
};

// A failure is a gap of the whole file; what was put into the inventory before stays. Readers add gaps of lines.
using Read = Result<void> (*)(const Source& source, Inventory& inventory);
struct Reader {
  bool (*takes)(std::string_view path);
  Read read;
};
std::span<const Reader> readers();

std::string_view name_of(std::string_view path);    // behind the last '/'
std::string_view folder_of(std::string_view path);  // up to it; empty: the tree's root
std::string joined(std::string_view folder, std::string_view name);

// Beyond kMostPackages and kMostGaps they are counted only.
void add_package(Inventory& inventory, Package package);
void add_gap(Inventory& inventory, const std::string& path, int line, std::string zh, std::string en);
void tell_what_is_over(Inventory& inventory);  // those that were counted, as gaps

// A file a person wrote that names direct dependencies: the line on which a name stands as a whole word, in
// either case, or 0.
class Manifest {
 public:
  Manifest(const Tree& tree, std::string path);  // a file that cannot be read, or is over 4 MiB, has no lines
  Manifest(const Manifest&) = delete;
  Manifest& operator=(const Manifest&) = delete;
  const std::string& path() const { return path_; }
  int line_of(std::string_view name) const;
  void place(Package& package) const;  // at its line here, if there is one

 private:
  struct Word {
    std::uint32_t start = 0, length = 0;
  };
  std::string_view text_of(Word word) const { return std::string_view(text_).substr(word.start, word.length); }

  std::string path_, text_;  // the text in lower case
  std::vector<Word> words_;  // in their order, equal ones as they stand
  std::vector<std::uint32_t> lines_;
};

inline constexpr std::size_t kLongestWay = 30;  // steps; a made-up chain of a hundred thousand must not cost its square
// "name version" on a way; a very long one is cut, since every package behind it says it again.
std::string step_of(std::string_view name, std::string_view version);

// The packages of a lock file and which needs which: from the direct ones, the shortest way to each.
class Graph {
 public:
  std::size_t add(Package package);  // its number
  void need(std::size_t from, std::size_t to);
  void direct(std::size_t package);
  // A name that packages are known by together: who needs it needs them all.
  std::size_t add_name();
  void known_by(std::size_t name, std::size_t package);
  void need_name(std::size_t from, std::size_t name);
  void direct_name(std::size_t name);
  std::size_t size() const { return packages_.size(); }
  const Package& operator[](std::size_t package) const { return packages_[package]; }
  void write(Inventory& inventory) &&;
  // The same; direct ones stand where this names them.
  void write(Inventory& inventory, const Manifest& manifest) &&;

 private:
  struct Target {
    enum class Kind { package, name } kind;
    std::size_t number;
  };
  std::vector<Package> packages_;
  std::vector<std::vector<std::size_t>> names_;  // the packages of each
  std::vector<std::vector<Target>> needs_;
  std::vector<Target> direct_;
};

}  // namespace sampan::scan::packages
