// A reader knows one kind of file and says which packages it names. To add one: a file beside this with read_x(), its
// test, and a line in readers.cc.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scan/packages.h"

namespace sampan::scan::packages {

inline constexpr std::size_t kMostManifest = 64 << 20;  // bytes; lock files of large monorepos have about ten million

namespace maven {
class Poms;
}

struct Source {
  const Tree& tree;
  std::string path;
  std::string_view text;
  maven::Poms& poms;  // of the whole tree

  std::string beside(std::string_view name) const;  // the path of a file in the same folder
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

void add_gap(Inventory& inventory, const std::string& path, int line, std::string zh, std::string en);

// A file a person wrote that names direct dependencies: the line on which a name stands as a whole word, in
// either case, or 0.
class Manifest {
 public:
  Manifest(const Tree& tree, std::string path);  // a file that cannot be read has no lines
  const std::string& path() const { return path_; }
  int line_of(std::string_view name) const;
  void place(Package& package) const;  // at its line here, if there is one

 private:
  std::string path_, text_;  // the text in lower case
};

// The packages of a lock file and which needs which: from the direct ones, the shortest way to each.
class Graph {
 public:
  std::size_t add(Package package);  // its number
  void need(std::size_t from, std::size_t to);
  void direct(std::size_t package);
  std::size_t size() const { return packages_.size(); }
  const Package& operator[](std::size_t package) const { return packages_[package]; }
  void write(Inventory& inventory) &&;
  // The same; direct ones stand where this names them.
  void write(Inventory& inventory, const Manifest& manifest) &&;

 private:
  std::vector<Package> packages_;
  std::vector<std::vector<std::size_t>> needs_;
  std::vector<std::size_t> direct_;
};

}  // namespace sampan::scan::packages
