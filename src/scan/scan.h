// Scanning code: engines that read files and say what is wrong with them. A library: no server, no database, no clock;
// the same one serves the command line, a pipeline step and the push.
// hears: nothing.   says: nothing.   owns: nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scan/finding.h"
#include "scan/settings.h"

namespace sampan::scan {

// What was looked at and what came of it. Findings and gaps are in the order of paths, then of lines.
struct Scanned {
  std::vector<Finding> findings;
  std::vector<Gap> gaps;
  int suppressed = 0;  // findings that the code itself answers for
  int files = 0;       // read by an engine
  int binary = 0;      // left out by the engine for secrets, as they hold no text
  std::uint64_t bytes = 0;
};

// Which engines look.
struct Engines {
  bool p3c = true, secrets = true;
};

namespace p3c {
struct Rule;
}

// One per thread: it keeps its engines, which are dear to make, from file to file.
class Scanner {
 public:
  explicit Scanner(const Settings& settings, Engines engines = {});  // the settings must outlive it
  Scanner(const Settings& settings, Engines engines, std::span<const p3c::Rule* const> rules);  // other ones of p3c
  Scanner(Scanner&&) noexcept;
  ~Scanner();
  // One file of which the bytes are at hand; `path` decides which engine reads it (none: an empty result with files 0).
  // A file over kMostBytes for p3c, or over kMostSecretBytes for secrets, or one that is binary under the name of a
  // source or configuration file, is a gap.
  Scanned file(const std::string& path, std::string bytes);
  // The same of a file on the disk; a big one is read piece by piece.
  Scanned file_of(const std::string& folder, const std::string& path, std::uint64_t size);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};
// What file() says where nobody has to read on: no engine looks at such a path, or the bytes are binary at first sight
// and their name does not promise text; nullopt: a Scanner has to look.
std::optional<Scanned> seen_at_once(Engines engines, const std::string& path, std::string_view bytes);
bool is_source(std::string_view path);  // by its name: an engine that knows the language reads it
inline constexpr std::size_t kMostBytes = 4 << 20, kMostSecretBytes = 100 << 20;
Scanned scan_file(const Settings& settings, const std::string& path, std::string bytes);  // with a Scanner of its own

// scan_folder() and the looks at what git holds work in processes of their own, so that a rule that crashes or hangs is
// named as a gap and the rest is scanned. They are for programs of one thread.
struct FolderOptions {
  int threads = 2;  // files at once, a process each
  Engines engines{};
  std::function<void(int done, int all)> progress{};  // called after each file
  std::chrono::milliseconds patience{60'000};         // of processor time for one file
};
// Every file below the folder that an engine reads. Left out: what settings exclude, .git, node_modules, a build's
// output (target beside a pom.xml, build beside a build.gradle), and of p3c folders whose name begins with a dot.
// Symbolic links are not followed. not_found: there is no such folder.
Result<Scanned> scan_folder(const Settings& settings, const std::string& folder, const FolderOptions& options);

// Adds what another look at the same folder found; the order of paths is kept.
void merge(Scanned& all, Scanned part);

// What git holds, by the real git: what is staged; what each commit of a range "A..B" added, p3c on what is left of it
// at B; every content that any ref ever had, each once, for secrets only. Findings on lines that are not new are left
// out; one that several commits have is the first one's. not_found: no folder or no repository; invalid: no such range.
Result<Scanned> scan_staged(const Settings& settings, const std::string& folder, const FolderOptions& options);
Result<Scanned> scan_range(const Settings& settings, const std::string& folder, const std::string& range,
                           const FolderOptions& options);
Result<Scanned> scan_history(const Settings& settings, const std::string& folder, const FolderOptions& options);

// The fixes that findings carry, written into the files: each file whole or not at all, and only where it then parses
// as well as before, lacks what was fixed and has no new finding. What waits for another fix at the same place, or has
// changed since, is left for the next scan.
struct FixedFile {
  std::string path;
  int fixed = 0, offered = 0;
  Text lack{};  // why it was left alone
};
std::vector<FixedFile> fix_folder(const Settings& settings, const std::string& folder, const Scanned& scanned);
// Of scan_staged(): files of the working tree, where they are byte for byte what is staged.
Result<std::vector<FixedFile>> fix_staged(const Settings& settings, const std::string& folder, const Scanned& scanned);

enum class Verdict { clean, over_limit, incomplete };
BOOST_DESCRIBE_ENUM(Verdict, clean, over_limit, incomplete)
// over_limit: more findings of a severity than its limit, whatever else; incomplete: none of that, but there are gaps.
Verdict judge(const Scanned& scanned, const Limits& limits);
int count(const Scanned& scanned, Severity severity);

enum class Format { text, json, sarif, junit };
BOOST_DESCRIBE_ENUM(Format, text, json, sarif, junit)
enum class Language { zh, en };
std::string write(const Scanned& scanned, Verdict verdict, Format format, Language language);

// docs/rules/p3c.md: every rule with its severity, what it asks for, a remedy and an example.
std::string rule_reference();
// docs/rules/secrets.md: every kind of secret with its severity and form.
std::string secret_reference();

}  // namespace sampan::scan
