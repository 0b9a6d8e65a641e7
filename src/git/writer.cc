#include "git/writer.h"

#include <set>

#include "base/files.h"
#include "base/text.h"
#include "git/names.h"

namespace sampan::git {
namespace {

Result<void> check_files(const std::vector<NewFile>& files) {
  if (files.empty()) return fail(Errc::invalid, "a commit needs at least one file");
  if (files.size() > kMostNewFiles)
    return fail(Errc::too_large, "the commit has {} files, over the limit of {}", files.size(), kMostNewFiles);
  std::size_t bytes = 0;
  std::set<std::string> paths;
  for (const auto& file : files) {
    TRY(check_new_path(file.path));
    bytes += file.text.size();
    if (!paths.insert(file.path).second) return fail(Errc::invalid, "the path '{}' is given twice", file.path);
  }
  for (const auto& file : files) {
    for (auto slash = file.path.find('/'); slash != std::string::npos; slash = file.path.find('/', slash + 1)) {
      const auto folder = file.path.substr(0, slash);
      if (paths.contains(folder))
        return fail(Errc::invalid, "'{}' is given as a file and as the folder of '{}'", folder, file.path);
    }
  }
  if (bytes > kMostNewBytes)
    return fail(Errc::too_large, "the files have {} bytes, over the limit of {}", bytes, kMostNewBytes);
  return {};
}

// git reads a name up to these characters.
std::string name_for_git(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != '<' && c != '>' && c != '\n' && c != '\0') out += c;
  }
  return out;
}

}  // namespace

Result<void> Writer::refuse_symlinks(const Repo& repo, const Sha& commit, const std::vector<NewFile>& files) {
  if (commit.is_zero()) return {};
  for (const auto& file : files) {
    for (auto slash = file.path.find('/');; slash = file.path.find('/', slash + 1)) {
      const auto found = TRY(readers_.entry_at(repo.id, commit, file.path.substr(0, slash)));
      if (!found) break;
      const bool inside = slash != std::string::npos;
      if (found->kind == TreeEntry::Kind::symlink || found->kind == TreeEntry::Kind::submodule) {
        return fail(Errc::invalid, "'{}' goes through '{}', a symbolic link or submodule, which is not followed",
                    file.path, file.path.substr(0, slash));
      }
      if (inside != (found->kind == TreeEntry::Kind::tree)) {
        return fail(Errc::conflict, "'{}' is a {} in {} already", file.path.substr(0, slash),
                    inside ? "file" : "folder", repo.path());
      }
      if (!inside) break;
    }
  }
  return {};
}

Result<std::string> Writer::write_tree(const Repo& repo, const Sha& expected, const std::vector<NewFile>& files) {
  const auto folder = TRY(TempDir::create());
  std::string names;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto name = fmt::format("{}/{}", folder.path(), i);
    TRY(write_file_durably(name, files[i].text, 0600));
    names += name + "\n";
  }
  RunOptions options;
  options.input = names;
  const auto shas = split(
      trim(TRY(plumbing_.run_ok(repo.id, {"hash-object", "-w", "--no-filters", "--stdin-paths"}, options))), '\n');
  if (shas.size() != files.size())
    return fail(Errc::internal, "git hash-object wrote {} of {} files", shas.size(), files.size());

  const Environment index{{"GIT_INDEX_FILE", folder.path() + "/index"}};
  if (!expected.is_zero()) TRY(plumbing_.run_ok(repo.id, {"read-tree", expected.text()}, {}, index));
  options.input.clear();
  for (std::size_t i = 0; i < files.size(); ++i) {
    options.input += fmt::format("{} {}\t{}", files[i].executable ? "100755" : "100644", shas[i], files[i].path) + '\0';
  }
  TRY(plumbing_.run_ok(repo.id, {"update-index", "-z", "--index-info"}, options, index));
  return std::string(trim(TRY(plumbing_.run_ok(repo.id, {"write-tree"}, {}, index))));
}

Result<Environment> Writer::identity(const Actor& actor) {
  std::string name = "Sampan", email = "sampan@localhost";
  if (actor.kind == Actor::Kind::user) {
    const auto user = TRY(people_.find_user(actor.user));
    name = name_for_git(user.name.empty() ? user.login : user.name);
    email = name_for_git(user.email.empty() ? user.login + "@localhost" : user.email);
  }
  const auto at = fmt::format("@{} +0000", to_micros(clock_.now()) / 1'000'000);
  return Environment{{"GIT_AUTHOR_NAME", name},    {"GIT_AUTHOR_EMAIL", email},    {"GIT_AUTHOR_DATE", at},
                     {"GIT_COMMITTER_NAME", name}, {"GIT_COMMITTER_EMAIL", email}, {"GIT_COMMITTER_DATE", at}};
}

Result<Sha> Writer::commit_files(const Actor& actor, const Repo& repo, std::string_view branch, const Sha& expected,
                                 std::string_view message, const std::vector<NewFile>& files) {
  TRY(check_short_ref("branch", branch));
  TRY(check_files(files));
  if (!is_valid_utf8(message) || message.find('\0') != std::string_view::npos)
    return fail(Errc::invalid, "the commit's message is not valid UTF-8 text");
  TRY(refuse_symlinks(repo, expected, files));
  const auto tree = TRY(write_tree(repo, expected, files));
  std::vector<std::string> args{"commit-tree", tree};
  if (!expected.is_zero()) args.insert(args.end(), {"-p", expected.text()});
  args.insert(args.end(), {"-F", "-"});
  RunOptions options;
  options.input = std::string(trim(message)) + "\n";
  const auto sha = Sha::parse(trim(TRY(plumbing_.run_ok(repo.id, args, options, TRY(identity(actor))))));
  if (!sha) return fail(Errc::internal, "git commit-tree answered with no sha");
  TRY(pushes_.move_refs(actor, repo, {{fmt::format("refs/heads/{}", branch), expected, *sha}}));
  return *sha;
}

}  // namespace sampan::git
