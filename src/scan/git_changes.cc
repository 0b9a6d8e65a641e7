#include "scan/git_changes.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "base/text.h"
#include "scan/git_process.h"

namespace sampan::scan {

namespace {

constexpr char kCommit = '\x01';  // begins the line of a commit; no line of a patch begins with it
const std::vector<std::string> kForm = {"--raw",        "--no-abbrev",       "--full-index",
                                        "--no-renames", "--no-ext-diff",     "--no-textconv",
                                        "--no-color",   "--submodule=short", "--ignore-submodules=none"};
const std::vector<std::string> kPatch = {"-p", "-U0", "--inter-hunk-context=0"};
// Of a merge, what differs from all its parents: the rest came with them.
const std::vector<std::string> kLog = {"log", "--reverse", "--topo-order", "--root", "-c", "--format=%x01%H"};

std::vector<std::string> joined(std::initializer_list<std::vector<std::string>> parts) {
  std::vector<std::string> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// A path as git quotes it when it holds what a line cannot: "a\tb\"c\303\244".
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"') return std::string(text);
  constexpr std::string_view kLetters = "abtnvfr", kMeant = "\a\b\t\n\v\f\r";
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
    } else if (text[i + 1] >= '0' && text[i + 1] <= '3' && i + 3 < text.size()) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      const auto letter = kLetters.find(text[++i]);
      out += letter == std::string_view::npos ? text[i] : kMeant[letter];
    }
  }
  return out;
}

bool is_nothing(std::string_view blob) { return blob.find_first_not_of('0') == std::string_view::npos; }

// Reads what `log` and `diff` say, line by line. No line of a file's content can be taken for another: each begins with
// one of " +-\".
class Reader {
 public:
  void line(const std::string& text) {
    if (text.empty()) return;
    if (text.front() == kCommit) commit_ = text.substr(1);
    if (text.front() == ':') raw(text);
    if (text.starts_with("diff --")) key_.clear();
    if (text.starts_with("index ")) key_ = text.substr(6, text.find(' ', 6) - 6);
    if (text.starts_with("@@")) hunk(text);
  }
  Changes finish() { return std::move(changes_); }

 private:
  // ":MODE... MODE SHA... SHA STATUS\tPATH", with as many colons as there are parents.
  void raw(const std::string& text) {
    const auto parents = text.find_first_not_of(':');
    const auto tab = text.find('\t');
    if (tab == std::string::npos) return;
    const auto words = split(std::string_view(text).substr(parents, tab - parents), ' ');
    if (words.size() != 2 * parents + 3) return;
    const auto& blob = words[2 * parents + 1];
    const bool is_file = words[parents].starts_with("100");  // no link, no submodule
    if (!is_file || is_nothing(blob)) return;
    const std::vector<std::string> before(words.begin() + static_cast<std::ptrdiff_t>(parents) + 1,
                                          words.begin() + static_cast<std::ptrdiff_t>(2 * parents) + 1);
    changes_.files.push_back(
        {commit_, unquoted(std::string_view(text).substr(tab + 1)), blob, join(before, ",") + ".." + blob});
  }

  // "@@ -A,B +C,D @@", of a merge with a range for each parent.
  void hunk(const std::string& text) {
    const auto plus = text.find(" +");
    if (plus == std::string::npos || key_.empty()) return;
    int first = 0, count = 1;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data() + plus + 2, end, first);
    if (error != std::errc()) return;
    if (at != end && *at == ',') std::from_chars(at + 1, end, count);
    auto& lines = changes_.added[key_];
    if (count > 0) lines.emplace_back(first, first + count - 1);
  }

  Changes changes_;
  std::string commit_, key_;
};

Result<void> check_range(const std::string& range) {
  const bool good = !range.starts_with('-') && range.find("..") != std::string::npos &&
                    range.find_first_of(" \t\n") == std::string::npos;
  if (!good)
    return fail(Errc::invalid, "--range '{}': expected two revisions of git as A..B, for example main..HEAD", range);
  return {};
}

}  // namespace

bool Changes::is_added(const Change& change, int first_line, int last_line) const {
  const auto found = added.find(change.hunks);
  if (found == added.end()) return true;
  return std::any_of(found->second.begin(), found->second.end(), [&](const std::pair<int, int>& lines) {
    return lines.first <= last_line && first_line <= lines.second;
  });
}

Result<Repository> Repository::open(const std::string& folder) {
  if (!exists(folder)) return fail(Errc::not_found, "{} is no folder", folder);
  auto git = TRY(GitProcess::start(folder, {"rev-parse", "--git-dir"}));
  std::string line;
  TRY(git.line(line));
  if (const auto ended = git.finish(); !ended.has_value())
    return fail(Errc::not_found, "{} is in no git repository that git will read ({})", folder, ended.error().message);
  return Repository(folder);
}

Result<Changes> Repository::changes(std::vector<std::string> args) const {
  auto git = TRY(GitProcess::start(folder_, std::move(args)));
  Reader reader;
  std::string line;
  while (TRY(git.line(line))) reader.line(line);
  TRY(git.finish());
  return reader.finish();
}

Result<std::string> Repository::top() const {
  auto git = TRY(GitProcess::start(folder_, {"rev-parse", "--show-toplevel"}));
  std::string line;
  TRY(git.line(line));
  TRY(git.finish());
  return line;
}

Result<Changes> Repository::staged() const { return changes(joined({{"diff", "--cached"}, kForm, kPatch})); }

Result<Changes> Repository::of_each_commit(const std::string& range) const {
  TRY(check_range(range));
  return changes(joined({kLog, kForm, kPatch, {"--end-of-options", range, "--"}}));
}

Result<Changes> Repository::between(const std::string& range) const {
  TRY(check_range(range));
  const auto dots = range.find("..");
  const bool three = range.substr(dots).starts_with("...");
  const auto from_base = range.substr(0, dots) + "..." + range.substr(dots + (three ? 3 : 2));
  return changes(joined({{"diff"}, kForm, kPatch, {"--end-of-options", from_base, "--"}}));
}

Result<Changes> Repository::of_all_history() const { return changes(joined({kLog, kForm, {"--all"}})); }

// Deltas then follow what they build on, and git need not resolve a chain anew for each.
Result<std::vector<std::string>> Repository::in_order_of_packs(std::vector<std::string> blobs) const {
  std::unordered_set<std::string> wanted(blobs.begin(), blobs.end());
  auto git = TRY(GitProcess::start(
      folder_, {"cat-file", "--batch-check=%(objectname)", "--batch-all-objects", "--unordered", "--buffer"}));
  std::vector<std::string> ordered;
  std::string line;
  while (TRY(git.line(line))) {
    if (wanted.erase(line) > 0) ordered.push_back(line);
  }
  TRY(git.finish());
  ordered.insert(ordered.end(), wanted.begin(), wanted.end());  // a partial clone lacks them; git says so
  return ordered;
}

Result<void> Repository::read(std::vector<std::string> blobs, std::uint64_t most, const OnBlob& on_blob) const {
  constexpr std::size_t kFew = 1'000;
  if (blobs.size() > kFew) blobs = TRY(in_order_of_packs(std::move(blobs)));
  const auto temporary = TRY(TempDir::create());
  const auto list = temporary.path() + "/blobs";
  TRY(write_file_durably(list, join(blobs, "\n") + "\n"));
  const Fd input(::open(list.c_str(), O_RDONLY | O_CLOEXEC));
  if (blobs.empty()) return {};
  auto git = TRY(GitProcess::start(folder_, {"cat-file", "--batch", "--buffer"}, input.get()));
  std::string line, bytes;
  for (const auto& blob : blobs) {
    if (!TRY(git.line(line))) break;
    const auto words = split(line, ' ');
    std::uint64_t size = 0;
    if (words.size() == 3) std::from_chars(words[2].data(), words[2].data() + words[2].size(), size);
    if (words.size() != 3) {  // "NAME missing"
      on_blob(
          {blob,
           nullptr,
           {"没有检查：git 里没有它的内容，是部分克隆吗？", "not checked: git lacks it; is the clone a partial one?"}});
      continue;
    }
    if (size > most) {
      TRY(git.skip(size));
      on_blob({blob,
               nullptr,
               {fmt::format("没有检查：文件超过 {} MiB", most >> 20),
                fmt::format("not checked: over {} MiB", most >> 20)}});
    } else {
      TRY(git.bytes(size, bytes));
      on_blob({blob, &bytes});
    }
    TRY(git.skip(1));
  }
  return git.finish();
}

}  // namespace sampan::scan
