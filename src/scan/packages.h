// Dependencies: which packages a tree of files brings, which of them advisories (OSV records,
// ossf.github.io/osv-schema) speak of, and a bill of materials. Offline: advisories come from one file that
// import_advisories() makes. What cannot be read, looked up or ordered is a gap, never silence.
#pragma once

#include <boost/describe.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "scan/scan.h"

namespace sampan::scan {

// Files by their path ('/' between parts, relative to the tree): a folder, a commit, the layers of an image.
class Tree {
 public:
  virtual ~Tree() = default;
  virtual const std::vector<std::string>& paths() const = 0;  // files only, sorted
  // not_found, or too_large over `most` bytes. Need not be one of paths().
  virtual Result<std::string> read(const std::string& path, std::size_t most) const = 0;
};
// The files of code below a folder, as scan_folder() takes them.
Result<std::unique_ptr<Tree>> code_tree(const Settings& settings, const std::string& folder);
// Every file below a folder, as in an image's root. Symbolic links are not followed.
Result<std::unique_ptr<Tree>> root_tree(const std::string& folder);
// A folder of which only files that are known by name are read: paths() is empty.
Result<std::unique_ptr<Tree>> store_tree(const std::string& folder);

enum class Reach { direct, through, unknown };
BOOST_DESCRIBE_ENUM(Reach, direct, through, unknown)

// What a jar may be that does not say which package it is: by its manifest, its file's name and where its classes are.
// The likeliest is first.
struct Guess {
  struct Named {
    std::string artifact, version;
  };
  std::string from{};  // the file's name
  std::vector<Named> artifacts{};
  std::vector<std::string> groups{};
};
BOOST_DESCRIBE_STRUCT(Guess::Named, (), (artifact, version))
BOOST_DESCRIBE_STRUCT(Guess, (), (from, artifacts, groups))

struct Package {
  std::string ecosystem;  // as OSV names them: "npm", "Maven", "Debian:12"
  std::string name;       // as OSV names it there; of Debian and Alpine the source package
  std::string version;
  std::string file;  // the one to change
  int line = 0;      // 0: no line of it in particular
  Reach reach = Reach::unknown;
  std::vector<std::string> via{};  // reach `through`: "name version" from the direct one to the one that needs this
  std::string installed{};         // of Debian and Alpine: the binary package, where its name is another
  Guess guess{};                   // with artifacts: name and version are the likeliest of these
};
struct Inventory {
  std::vector<Package> packages;
  std::vector<Gap> gaps;
  int files = 0;                                 // that were read for packages
  std::size_t packages_over = 0, gaps_over = 0;  // not kept, since there are too many; a gap says so
};

// Whether read_packages() reads a file of that name: what it says of a tree follows from these files alone (and from
// `maven`).
bool is_manifest(std::string_view path);
// Manifests and lock files of code (packages/readers.cc lists them). `maven` is a local repository of Maven, for what
// the packages of a pom.xml bring themselves; nullptr: there is none.
Inventory read_packages(const Tree& code, const Tree* maven);
// What is installed in an image's root: dpkg, apk, jars that say what they are or can be known by their names, and what
// was installed of Python and Node.js. Programs are not looked for.
Inventory read_image(const Tree& root);

// Import: folders and zip files of OSV records (JSON or YAML) become one file (packages/index.h has its layout), put in
// place whole or not at all. Records that are withdrawn, or of no ecosystem that is read here, are left out.
struct ImportReport {
  std::uint64_t records = 0, packages = 0;     // in the file
  std::uint64_t withdrawn = 0, elsewhere = 0;  // left out
  std::uint64_t malformed = 0;                 // records, or whole archives; the others are in the file
  std::vector<std::string> problems{};         // of the malformed, a sentence each, the first kMostProblems
};
inline constexpr std::size_t kMostProblems = 100;
// invalid: no record was good, and a file that was there stays.
Result<ImportReport> import_advisories(const std::vector<std::string>& paths, const std::string& target, Time now);

struct Coverage {
  std::string ecosystem;
  std::uint64_t records = 0;
  Time newest{};  // when its newest record was written
  // Whether some record speaks of this ecosystem alone. Without one it is there only by the way, in records of others,
  // and looking up its packages is no look-up.
  bool covered = false;
};
struct AdvisoryFile {
  Time imported{};
  std::uint64_t records = 0, packages = 0;
  std::vector<Coverage> ecosystems{};
};
// Reads the whole file and checks every sum in it. not_found, or invalid with what to do.
Result<AdvisoryFile> show_advisories(const std::string& file);

struct Lookup {
  std::string advisories;  // the file; it need not exist when there is nothing to look up
  Time now{};
  // What of an ecosystem cannot be looked up is a gap of each file that has it; of more files than this, one for all.
  std::size_t files_apart = ~std::size_t{0};
};
// A finding for each package and vulnerability (records that are aliases of each other are one). A missing or damaged
// file, an ecosystem it does not cover or whose newest record is older than settings.advisory_days, and a version that
// is none of its ecosystem are gaps. Of a guess, the name that the advisories know is taken.
Scanned check_packages(const Settings& settings, const Inventory& inventory, const Lookup& lookup);

// CycloneDX 1.5, JSON. The same inventory gives the same text, but for the time.
std::string cyclonedx(const Inventory& inventory, const std::string& name, Time now);

}  // namespace sampan::scan
