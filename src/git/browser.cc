#include "git/browser.h"

#include "base/text.h"
#include "git/log_format.h"
#include "git/names.h"

namespace sampan::git {
namespace {

// The tree of a repository before its first commit; git knows it without storing it.
constexpr std::string_view kEmptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

std::string tree_name(const std::optional<Sha>& commit) {
  return commit && !commit->is_zero() ? commit->text() : std::string(kEmptyTree);
}

}  // namespace

Result<Sha> Browser::resolve(const Repo& repo, std::string_view revision) {
  if (revision.empty()) revision = repo.default_branch;
  TRY(check_revision(revision));
  auto reader = TRY(readers_.borrow(repo.id));
  for (const char* folder : {"refs/heads/", "refs/tags/"}) {
    if (revision.starts_with("refs/")) break;
    if (auto found = TRY(reader->info(fmt::format("{}{}^{{commit}}", folder, revision)))) return found->sha;
  }
  const bool hex = revision.size() >= 4 && revision.size() <= 40 &&
                   revision.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (hex || revision.starts_with("refs/heads/") || revision.starts_with("refs/tags/") || revision == "HEAD") {
    if (auto found = TRY(reader->info(fmt::format("{}^{{commit}}", revision)))) return found->sha;
  }
  return fail(Errc::not_found, "{} has no branch, tag or commit '{}'", repo.path(), revision);
}

Result<CommitInfo> Browser::commit(const Repo& repo, const Sha& sha) {
  auto reader = TRY(readers_.borrow(repo.id));
  const auto found = TRY(reader->info(sha.text() + "^{commit}"));
  if (!found) return fail(Errc::not_found, "{} has no commit {}", repo.path(), sha.short_text());
  return parse_commit(found->sha, TRY(reader->contents(found->sha.text(), 16 << 20)));
}

Result<std::vector<RefInfo>> Browser::refs(const Repo& repo, std::string_view folder) {
  const auto out = TRY(plumbing_.run_ok(repo.id, {"for-each-ref", "--sort=-creatordate",
                                                  "--format=%(refname)%00%(objectname)", std::string(folder) + "/"}));
  std::vector<RefInfo> refs;
  auto reader = TRY(readers_.borrow(repo.id));
  for (const auto& line : split(trim(out), '\n')) {
    const auto parts = split(line, '\0');
    const auto sha = parts.size() == 2 ? Sha::parse(parts[1]) : std::nullopt;
    if (!sha || parts[0].size() <= folder.size() + 1) continue;
    const auto commit = TRY(reader->info(sha->text() + "^{commit}"));
    if (!commit) continue;  // a tag of a tree or a blob
    refs.push_back({parts[0].substr(folder.size() + 1), {}, *sha});
    refs.back().commit.sha = commit->sha;
  }
  return refs;
}

Result<std::vector<std::string>> Browser::branches_at(const Repo& repo, const Sha& commit) {
  const auto out = TRY(plumbing_.run_ok(
      repo.id, {"for-each-ref", "--points-at=" + commit.text(), "--format=%(refname:lstrip=2)", "refs/heads/"}));
  std::vector<std::string> names;
  for (auto& name : split(trim(out), '\n')) {
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

Result<std::vector<CommitInfo>> Browser::history(const Repo& repo, const Sha& from, std::string_view path, int skip,
                                                 int limit) {
  TRY(check_path(path));
  std::vector<std::string> args{
      "log",      "-z", std::string(kLogFormat), fmt::format("--skip={}", skip), fmt::format("--max-count={}", limit),
      from.text()};
  if (!path.empty()) args.insert(args.end(), {"--", std::string(path)});
  RunOptions options;
  options.timeout = kHistoryTime;
  return parse_log(TRY(plumbing_.run_ok(repo.id, std::move(args), options)));
}

Result<std::vector<CommitInfo>> Browser::commits_between(const Repo& repo, const Sha& from, const Sha& to, int limit) {
  RunOptions options;
  options.timeout = kHistoryTime;
  return parse_log(TRY(plumbing_.run_ok(
      repo.id,
      {"log", "-z", std::string(kLogFormat), fmt::format("--max-count={}", limit), to.text(), "^" + from.text()},
      options)));
}

Result<TreeEntry> Browser::entry(const Repo& repo, const Sha& commit, std::string_view path) {
  TRY(check_path(path));
  auto found = TRY(readers_.entry_at(repo.id, commit, path));
  if (!found)
    return fail(Errc::not_found, "there is no '{}' in {} at {}", to_valid_utf8(path), repo.path(), commit.short_text());
  return std::move(*found);
}

Result<std::vector<TreeItem>> Browser::tree(const Repo& repo, const Sha& commit, std::string_view path) {
  const auto at = TRY(entry(repo, commit, path));
  if (at.kind != TreeEntry::Kind::tree)
    return fail(Errc::not_found, "'{}' in {} is not a folder", to_valid_utf8(path), repo.path());
  auto entries = TRY(parse_tree(TRY(readers_.contents(repo.id, at.sha.text(), 32 << 20))));
  if (entries.size() > kMostTreeEntries) entries.resize(kMostTreeEntries);
  const auto last = TRY(last_commits(repo, commit, std::string(path), entries.size()));
  std::vector<TreeItem> items;
  std::map<Sha, CommitInfo> commits;
  auto reader = TRY(readers_.borrow(repo.id));
  for (auto& one : entries) {
    TreeItem item;
    item.path = path.empty() ? one.name : fmt::format("{}/{}", path, one.name);
    if (one.kind == TreeEntry::Kind::blob) {
      if (auto info = TRY(reader->info(one.sha.text()))) item.size = info->size;
    }
    if (auto found = last.find(one.name); found != last.end()) {
      auto [known, fresh] = commits.try_emplace(found->second);
      if (fresh)
        known->second = TRY(parse_commit(found->second, TRY(reader->contents(found->second.text(), 16 << 20))));
      item.last_commit = known->second;
    }
    item.entry = std::move(one);
    items.push_back(std::move(item));
  }
  std::stable_partition(items.begin(), items.end(),
                        [](const TreeItem& item) { return item.entry.kind == TreeEntry::Kind::tree; });
  return items;
}

Result<Browser::LastCommits> Browser::last_commits(const Repo& repo, const Sha& commit, const std::string& path,
                                                   std::size_t entries) {
  const auto key = fmt::format("{} {} {}", repo.id.value, commit.text(), path);
  {
    auto remembered = remembered_.lock();
    if (auto found = remembered->find(key); found != remembered->end()) return found->second;
  }
  // One walk back from the commit; the first time a name is met is its last change. -c shows what a merge itself
  // changed.
  std::vector<std::string> args{"log", "-z", "-c", "--name-only", "--no-renames", "--format=%x01%H%x00", commit.text()};
  if (!path.empty()) args.insert(args.end(), {"--", path});
  LastCommitReader reader(path, entries);
  const bool whole = TRY(plumbing_.stream(repo.id, std::move(args), kLastCommitsTime,
                                          [&](std::string_view piece) { return reader.read(piece); }));
  reader.finish();
  if (whole || reader.complete()) {
    auto remembered = remembered_.lock();
    if (remembered->size() > 2'000) remembered->clear();
    remembered->emplace(key, reader.found());
  }
  return reader.found();
}

Result<std::string> Browser::file(const Repo& repo, const Sha& commit, std::string_view path, std::size_t limit) {
  const auto at = TRY(entry(repo, commit, path));
  switch (at.kind) {
    case TreeEntry::Kind::blob: break;
    case TreeEntry::Kind::symlink:
      return fail(Errc::invalid, "'{}' in {} is a symbolic link; links are not followed", to_valid_utf8(path),
                  repo.path());
    case TreeEntry::Kind::tree:
      return fail(Errc::not_found, "'{}' in {} is a folder, not a file", to_valid_utf8(path), repo.path());
    case TreeEntry::Kind::submodule:
      return fail(Errc::not_found, "'{}' in {} is a submodule, not a file", to_valid_utf8(path), repo.path());
  }
  return TRY(readers_.contents(repo.id, at.sha.text(), limit).context(to_valid_utf8(path)));
}

Result<Diff> Browser::diff(const Repo& repo, const std::optional<Sha>& from, const Sha& to) {
  std::string output;
  const std::vector<std::string> args{
      "diff-tree",     "-r",     "-M", "-z", "--raw", "--numstat", "-p", "--no-color", "--no-ext-diff", "--no-textconv",
      tree_name(from), to.text()};
  const bool whole = TRY(plumbing_.stream(repo.id, args, kHistoryTime, [&](std::string_view piece) {
    output += piece;
    return output.size() <= kLargestDiff;
  }));
  return parse_diff(output, !whole);
}

Result<DiffStats> Browser::stats(const Repo& repo, const std::optional<Sha>& from, const Sha& to) {
  RunOptions options;
  options.timeout = kHistoryTime;
  const auto out =
      TRY(plumbing_.run_ok(repo.id, {"diff-tree", "-r", "-M", "--shortstat", tree_name(from), to.text()}, options));
  return parse_shortstat(out);
}

Result<std::optional<Sha>> Browser::merge_base(const Repo& repo, const Sha& a, const Sha& b) {
  const auto output = TRY(plumbing_.run(repo.id, {"merge-base", a.text(), b.text()}));
  if (!output.exit.ok()) return std::optional<Sha>();
  return Sha::parse(trim(output.out));
}

Result<bool> Browser::is_ancestor(const Repo& repo, const Sha& ancestor, const Sha& of) {
  const auto output = TRY(plumbing_.run(repo.id, {"merge-base", "--is-ancestor", ancestor.text(), of.text()}));
  if (output.exit.code > 1)
    return fail(Errc::not_found, "{} has no commit {} or {}", repo.path(), ancestor.short_text(), of.short_text());
  return output.exit.code == 0;
}

Result<std::vector<std::string>> Browser::changed_paths(const Repo& repo, const Sha& from, const Sha& to) {
  RunOptions options;
  options.timeout = kHistoryTime;
  const auto out = TRY(plumbing_.run_ok(
      repo.id, {"diff-tree", "-r", "-z", "--name-only", "--no-renames", tree_name(from), tree_name(to)}, options));
  auto paths = split(out, '\0');
  std::erase(paths, "");
  return paths;
}

Result<Blame> Browser::blame(const Repo& repo, const Sha& commit, std::string_view path) {
  const auto bytes = TRY(file(repo, commit, path, kLargestShownFile));  // says what a path that is no file is
  if (looks_binary(bytes)) return fail(Errc::invalid, "'{}' is a binary file", to_valid_utf8(path));
  std::string output;
  const bool whole = TRY(plumbing_.stream(repo.id, {"blame", "--porcelain", commit.text(), "--", std::string(path)},
                                          kHistoryTime, [&](std::string_view piece) {
                                            output += piece;
                                            return output.size() <= kLargestDiff;
                                          }));
  auto blame = parse_blame(output);
  blame.truncated = !whole;
  return blame;
}

}  // namespace sampan::git
