#include "git/changes.h"

#include "base/text.h"

namespace sampan::git {

namespace {

bool is_file(std::string_view mode) { return mode.starts_with("100"); }

Result<Sha> sha_of(std::string_view text) {
  const auto sha = Sha::parse(text);
  if (!sha) return fail(Errc::internal, "git named an object '{}'", to_valid_utf8(text.substr(0, 80)));
  return *sha;
}

// ":OLD_MODE NEW_MODE OLD NEW STATUS", with one colon, mode and object more for each further parent.
Result<ChangedFile> parse_change(std::string_view line) {
  const auto parents = std::min(line.find_first_not_of(':'), line.size());
  const auto fields = split(line.substr(parents), ' ');
  if (parents == 0 || fields.size() != 2 * (parents + 1) + 1)
    return fail(Errc::internal, "git described a change as '{}'", to_valid_utf8(line.substr(0, 200)));
  ChangedFile change;
  for (std::size_t i = 0; i < parents; ++i) {
    const auto old = TRY(sha_of(fields[parents + 1 + i]));
    if (!old.is_zero() && is_file(fields[i])) change.old_blobs.push_back(old);
  }
  if (is_file(fields[parents])) change.new_blob = TRY(sha_of(fields[2 * parents + 1]));
  return change;
}

// What commits wrote, oldest first, as parse_raw_changes() reads it.
std::vector<std::string> log_of(std::vector<std::string> range) {
  std::vector<std::string> args{"log"};
  std::move(range.begin(), range.end(), std::back_inserter(args));
  for (const char* word : {"--reverse", "--format=%x01%H", "-c", "--root", "-r", "--raw", "-z", "--no-abbrev",
                           "--no-renames", "--diff-filter=AMT"})
    args.emplace_back(word);
  return args;
}

}  // namespace

Result<std::vector<ChangedFile>> parse_raw_changes(std::string_view output) {
  std::vector<ChangedFile> changes;
  Sha commit;
  std::optional<ChangedFile> open;  // its path comes next
  for (std::size_t at = 0; at < output.size();) {
    const auto end = std::min(output.find('\0', at), output.size());
    auto token = output.substr(at, end - at);
    at = end + 1;
    if (open) {
      open->path = token;
      if (!open->old_blobs.empty() || !open->new_blob.is_zero()) changes.push_back(std::move(*open));
      open.reset();
      continue;
    }
    while (token.starts_with('\n')) token.remove_prefix(1);
    if (token.empty()) continue;
    if (token.front() == '\x01') {
      commit = TRY(sha_of(token.substr(1)));
      continue;
    }
    open = TRY(parse_change(token));
    open->commit = commit;
  }
  return changes;
}

Result<std::vector<TreeFile>> parse_tree_listing(std::string_view output) {
  std::vector<TreeFile> files;
  for (std::size_t at = 0; at < output.size();) {
    const auto end = std::min(output.find('\0', at), output.size());
    const auto line = output.substr(at, end - at);
    at = end + 1;
    const auto tab = line.find('\t');
    const auto fields = split(line.substr(0, std::min(tab, line.size())), ' ');
    if (tab == std::string_view::npos || fields.size() != 3)
      return fail(Errc::internal, "git listed a tree's entry as '{}'", to_valid_utf8(line.substr(0, 200)));
    if (is_file(fields[0])) files.push_back({std::string(line.substr(tab + 1)), TRY(sha_of(fields[2]))});
  }
  return files;
}

Result<std::vector<TreeFile>> Changes::all(RepoId repo, const Sha& commit) const {
  return parse_tree_listing(TRY(plumbing_.run_ok(repo, {"ls-tree", "-r", "-z", "--full-tree", commit.text()})));
}

Result<std::vector<ChangedFile>> Changes::between(RepoId repo, const Sha& from, const Sha& to) const {
  return parse_raw_changes(TRY(plumbing_.run_ok(
      repo, {"diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", from.text(), to.text()})));
}

Result<std::vector<ChangedFile>> Changes::brought(RepoId repo, const std::vector<Sha>& tips,
                                                  const Environment& quarantine) const {
  if (tips.empty()) return std::vector<ChangedFile>();
  RunOptions options;
  for (const auto& tip : tips) options.input += tip.text() + "\n";
  return parse_raw_changes(TRY(plumbing_.run_ok(repo, log_of({"--stdin", "--not", "--all"}), options, quarantine)));
}

Result<std::vector<ChangedFile>> Changes::written(RepoId repo, const Range& range, std::string_view path) const {
  std::vector<std::string> commits{range.to.text()};
  if (!range.from.is_zero()) commits.push_back("^" + range.from.text());
  auto args = log_of(std::move(commits));
  if (!path.empty()) args.insert(args.end(), {"--", std::string(path)});  // pathspecs are literal here
  return parse_raw_changes(TRY(plumbing_.run_ok(repo, std::move(args))));
}

Result<void> Changes::read(RepoId repo, const std::vector<Sha>& blobs, std::size_t limit, const Environment& quarantine,
                           const TakeBlob& take) const {
  if (blobs.empty()) return {};
  if (quarantine.empty()) {
    auto lease = TRY(readers_.borrow(repo));
    return lease->each(blobs, limit, take);
  }
  auto reader = TRY(ObjectReader::open(plumbing_, repo, quarantine));
  return reader.each(blobs, limit, take);
}

}  // namespace sampan::git
