#include "scan/fix.h"

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/files.h"
#include "scan/encoding.h"
#include "scan/git_changes.h"
#include "scan/p3c/rules/rules.h"
#include "scan/scan.h"

namespace sampan::scan {

namespace {

constexpr int kMostPasses = 50;  // one a level of statements in each other; what is deeper waits for the next run

// What a fix is known by from look to look: its rule, and where its first edit begins.
using Key = std::pair<std::string, std::uint32_t>;
Key key_of(const Finding& finding) { return {finding.rule, finding.fix.front().start}; }

// From the first edit of a fix to its last: what stands between may be laid out anew by it.
java::Span extent_of(const Finding& finding) { return {finding.fix.front().start, finding.fix.back().end}; }

// Where a place is once the edits, in order, are applied.
std::uint32_t moved(std::uint32_t place, const std::vector<Edit>& edits) {
  auto to = place;
  for (const auto& edit : edits) {
    if (edit.end <= place) to += static_cast<std::uint32_t>(edit.text.size()) - (edit.end - edit.start);
  }
  return to;
}

class Mending {
 public:
  Mending(p3c::Engine& engine, const std::string& path, std::string_view text)
      : engine_(engine), path_(path), text_(text), first_(engine.check(path, text_)), now_(first_) {}

  void want(const std::vector<Finding>& wanted) {
    std::set<std::tuple<std::string, int, int>> places;
    for (const auto& one : wanted) places.emplace(one.rule, one.range.line, one.range.column);
    for (const auto& one : now_.findings) {
      if (!one.fix.empty() && places.contains({one.rule, one.range.line, one.range.column})) left_.insert(key_of(one));
    }
  }

  // One look: what fits beside each other is applied. False: nothing was.
  bool pass() {
    std::vector<Edit> edits;
    std::vector<java::Span> taken;
    std::set<Key> later;
    for (const auto& finding : now_.findings) {
      if (finding.fix.empty() || !left_.contains(key_of(finding))) continue;
      const auto extent = extent_of(finding);
      const bool overlaps = std::any_of(taken.begin(), taken.end(), [&](const java::Span& other) {
        return extent.start <= other.end && other.start <= extent.end;
      });
      if (overlaps) {
        later.insert(key_of(finding));
        continue;
      }
      edits.insert(edits.end(), finding.fix.begin(), finding.fix.end());
      taken.push_back(extent);
      ++fixed_[finding.rule];
    }
    if (taken.empty()) return false;
    std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.start < b.start; });
    for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit)
      text_.replace(edit->start, edit->end - edit->start, edit->text);
    left_.clear();
    for (const auto& [rule, place] : later) left_.emplace(rule, moved(place, edits));
    now_ = engine_.check(path_, text_);
    return true;
  }

  Mended finish() {
    int fixed = 0;
    for (const auto& [rule, number] : fixed_) fixed += number;
    if (now_.gaps.size() > first_.gaps.size())
      return {{}, 0, {"改完之后不能完全解析", "it would not parse as well as before"}};
    std::map<std::string, int> change;
    for (const auto& one : now_.findings) ++change[one.rule];
    for (const auto& one : first_.findings) --change[one.rule];
    for (const auto& [rule, number] : fixed_) change[rule] += number;
    for (const auto& [rule, number] : change) {
      if (number > 0)
        return {{},
                0,
                {fmt::format("改完之后 {} 的问题还在，或者有了新的", rule),
                 fmt::format("it would still, or newly, have a finding of {}", rule)}};
    }
    return {std::move(text_), fixed};
  }

 private:
  p3c::Engine& engine_;
  const std::string& path_;
  std::string text_;
  p3c::Outcome first_, now_;
  std::set<Key> left_;
  std::map<std::string, int> fixed_;
};

// A file on the disk; its mode, encoding, mark and line ends stay.
FixedFile fix_file(p3c::Engine& engine, const std::string& folder, const std::vector<Finding>& wanted,
                   const std::string* expected) {
  FixedFile fixed{wanted.front().path, 0, static_cast<int>(wanted.size())};
  const auto lacks = [&](Text reason) { return fixed.lack = std::move(reason), fixed; };
  const auto file = folder + "/" + fixed.path;
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
    return lacks({"不是普通文件", "it is no plain file"});
  const auto bytes = read_file(file, kMostBytes + 1);
  if (!bytes.has_value()) return lacks({bytes.error().message, bytes.error().message});
  if (expected && *expected != *bytes) return lacks({"工作区里的和暂存的不一样", "it differs from what is staged"});
  const auto decoded = decode(*bytes);
  if (!decoded || encode(decoded->text, decoded->encoding) != *bytes)
    return lacks({"按它的编码写回去会变样", "its encoding would not give back what was read"});
  auto mended = mend(engine, fixed.path, decoded->text, wanted);
  const auto made = encode(mended.text, decoded->encoding);
  if (!mended.lack.en.empty() || !made) return lacks(std::move(mended.lack));
  if (mended.fixed == 0) return fixed;
  const auto written = write_file_durably(file, *made, static_cast<int>(status.st_mode & 07777));
  if (!written.has_value()) return lacks({written.error().message, written.error().message});
  fixed.fixed = mended.fixed;
  return fixed;
}

std::map<std::string, std::vector<Finding>> with_fixes(const Scanned& scanned) {
  std::map<std::string, std::vector<Finding>> files;
  for (const auto& finding : scanned.findings) {
    if (!finding.fix.empty()) files[finding.path].push_back(finding);
  }
  return files;
}

}  // namespace

Mended mend(p3c::Engine& engine, const std::string& path, std::string_view text, const std::vector<Finding>& wanted) {
  Mending mending(engine, path, text);
  mending.want(wanted);
  for (int i = 0; i < kMostPasses && mending.pass(); ++i) {
  }
  return mending.finish();
}

std::vector<FixedFile> fix_folder(const Settings& settings, const std::string& folder, const Scanned& scanned) {
  p3c::Engine engine(settings, p3c::all_rules());
  std::vector<FixedFile> fixed;
  for (const auto& [path, findings] : with_fixes(scanned)) fixed.push_back(fix_file(engine, folder, findings, nullptr));
  return fixed;
}

Result<std::vector<FixedFile>> fix_staged(const Settings& settings, const std::string& folder, const Scanned& scanned) {
  const auto repository = TRY(Repository::open(folder));
  const auto top = TRY(repository.top());
  const auto files = with_fixes(scanned);
  std::vector<std::string> blobs;
  std::map<std::string, std::vector<std::string>> paths;
  for (const auto& change : TRY(repository.staged()).files) {
    if (!files.contains(change.path)) continue;
    if (paths[change.blob].empty()) blobs.push_back(change.blob);
    paths[change.blob].push_back(change.path);
  }
  p3c::Engine engine(settings, p3c::all_rules());
  std::vector<FixedFile> fixed;
  TRY(repository.read(std::move(blobs), kMostBytes, [&](const Repository::Blob& blob) {
    const std::string staged = blob.bytes ? *blob.bytes : std::string();
    for (const auto& path : paths[blob.name]) fixed.push_back(fix_file(engine, top, files.at(path), &staged));
  }));
  std::sort(fixed.begin(), fixed.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return fixed;
}

}  // namespace sampan::scan
