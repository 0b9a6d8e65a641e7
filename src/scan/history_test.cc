#include <doctest/doctest.h>

#include "base/files.h"
#include "base/process.h"
#include "base/testing.h"
#include "base/text.h"
#include "scan/git_changes.h"
#include "scan/scan.h"
#include "scan/secrets/samples.h"

namespace sampan::scan {

using sampan::testing::must;

namespace {

std::string made(std::string_view shape) {
  static std::mt19937 random(9);
  return secrets::make_sample(shape, random).text;
}

// A repository to work in.
class Repo {
 public:
  Repo() { git({"init", "-q", "-b", "main"}); }
  std::string git(std::vector<std::string> args) const {
    args.insert(args.begin(), {"git", "-C", folder.path(), "-c", "user.name=Li", "-c", "user.email=li@shop.test", "-c",
                               "commit.gpgSign=false"});
    return std::string(trim(must(run_ok(Command{args}))));
  }
  void put(const std::string& path, std::string_view bytes) const {
    must(make_directories(parent_of(folder.path() + "/" + path)));
    must(write_file_durably(folder.path() + "/" + path, bytes));
  }
  std::string commit(const std::string& path, std::string_view bytes) const {
    put(path, bytes);
    git({"add", "-A"});
    git({"commit", "-q", "-m", "Change " + path});
    return git({"rev-parse", "HEAD"});
  }
  std::string at() const { return folder.path(); }

 private:
  TempDir folder = must(TempDir::create());
};

std::string told(const Scanned& result) {
  std::string out;
  for (const auto& finding : result.findings)
    out += fmt::format("{}:{} {} {}\n", finding.path, finding.range.line, finding.rule, finding.commit);
  return out;
}

}  // namespace

TEST_CASE("history: what is staged is scanned as it is staged, and only lines that are new") {
  const Repo repo;
  const auto old = made("ghp_<sum>"), fresh = made("ghp_<sum>"), unstaged = made("ghp_<sum>");
  CHECK(told(must(scan_staged({}, repo.at(), {}))).empty());  // before the first commit
  repo.put("a.txt", "one\n");
  repo.git({"add", "-A"});
  repo.commit("a.txt", "one\n" + old + "\n");
  repo.put("a.txt", "one\n" + old + "\ntwo\n" + fresh + "\n");
  repo.put("A.java", "class Box {\n  long a = 1l;\n}\n");
  repo.put("a b/\"中\t.txt", fresh + "x" + "\n" + fresh);
  repo.git({"add", "-A"});
  repo.put("a.txt", unstaged + "\n");
  CHECK(told(must(scan_staged({}, repo.at(), {}))) ==
        "A.java:2 UpperEllRule \na b/\"中\t.txt:2 github-personal-token \na.txt:4 github-personal-token \n");
  FolderOptions only;
  only.engines = {.p3c = true, .secrets = false};
  CHECK(told(must(scan_staged({}, repo.at(), only))) == "A.java:2 UpperEllRule \n");
}

TEST_CASE(
    "history: of a range each commit's new lines count, also of a secret that a later one took away; of p3c what is "
    "left") {
  const Repo repo;
  const auto first = repo.commit("A.java", "class Box {\n  long a = 1l;\n}\n");
  const auto token = made("ghp_<sum>"), merged = made("ghp_<sum>");
  const auto brought = repo.commit("b.txt", "one\n" + token + "\n");
  repo.commit("b.txt", "zero\none\n" + token + "\n");
  repo.commit("b.txt", "none\n");
  repo.commit("A.java", "class Box {\n  long a = 1l;\n  long b = 2l;\n  long c = 3l;\n}\n");
  repo.commit("A.java", "class Box {\n  long a = 1l;\n  long c = 3l;\n}\n");
  repo.git({"checkout", "-q", "-b", "side", first});
  repo.commit("c.txt", "side\n");
  repo.git({"checkout", "-q", "main"});
  repo.git({"merge", "-q", "--no-ff", "--no-commit", "side"});
  const auto merge = repo.commit("d.txt", merged + "\n");  // in the merge itself
  CHECK(told(must(scan_range({}, repo.at(), first + "..HEAD", {}))) == "b.txt:2 github-personal-token " + brought +
                                                                           "\nd.txt:1 github-personal-token " + merge +
                                                                           "\nA.java:3 UpperEllRule \n");
  CHECK(told(must(scan_range({}, repo.at(), brought + "..HEAD~1", {}))) == "A.java:3 UpperEllRule \n");
  CHECK(must(scan_range({}, repo.at(), "HEAD..HEAD", {})).files == 0);
}

TEST_CASE("history: all refs are looked through, each content once, and the commit that brought a secret is told") {
  const Repo repo;
  const auto token = made("ghp_<sum>"), other = made("glpat-<url:20>");
  const auto brought = repo.commit("conf/a.txt", token + "\n");
  repo.commit("conf/a.txt", "one\n" + token + "\n");
  repo.commit("conf/a.txt", "gone\n");
  repo.git({"checkout", "-q", "-b", "side"});
  const auto aside = repo.commit("b.txt", other);
  repo.commit("copy.txt", other);
  repo.git({"checkout", "-q", "main"});
  repo.git({"branch", "-q", "-m", "side", "old/side"});
  FolderOptions options;
  int last = 0;
  options.progress = [&](int done, int all) { last = done * 100 + all; };
  const auto result = must(scan_history({}, repo.at(), options));
  CHECK(told(result) ==
        "conf/a.txt:1 github-personal-token " + brought + "\nb.txt:1 gitlab-personal-token " + aside + "\n");
  CHECK(result.files == 4);
  CHECK(last == 404);
  Settings settings;
  settings.exclude = {"conf/**"};
  CHECK(must(scan_history(settings, repo.at(), {})).findings.size() == 1);
  repo.git({"gc", "-q"});
  CHECK(told(must(scan_history({}, repo.at(), {}))) == told(result));
}

TEST_CASE("history: what git lacks is told, and the rest is looked through") {
  const Repo repo;
  const auto token = made("ghp_<sum>");
  repo.commit("a.txt", "absent\n");
  repo.commit("b.txt", token);
  const auto blob = repo.git({"rev-parse", "HEAD:a.txt"});
  must(remove_tree(repo.at() + "/.git/objects/" + blob.substr(0, 2) + "/" + blob.substr(2)));
  const auto result = must(scan_history({}, repo.at(), {}));
  CHECK(result.findings.size() == 1);
  REQUIRE(result.gaps.size() == 1);
  CHECK(result.gaps[0].path == "a.txt");
  CHECK(result.gaps[0].reason.en.find("git lacks it") != std::string::npos);
}

TEST_CASE("history: no folder, no repository and no range are told, and a range cannot be an option") {
  const Repo repo;
  repo.commit("a.txt", "a\n");
  const auto nowhere = must(TempDir::create());
  CHECK(scan_history({}, repo.at() + "/none", {}).error().code == Errc::not_found);
  CHECK(scan_staged({}, nowhere.path(), {}).error().code == Errc::not_found);
  CHECK(scan_range({}, repo.at(), "main", {}).error().message.find("expected two revisions of git as A..B") !=
        std::string::npos);
  CHECK(scan_range({}, repo.at(), "none..main", {}).error().code == Errc::invalid);
  CHECK(scan_range({}, repo.at(), "none..main", {}).error().message.find("none..main") != std::string::npos);
  const auto file = nowhere.path() + "/made";
  CHECK(scan_range({}, repo.at(), "--output=" + file + "..main", {}).error().code == Errc::invalid);
  CHECK_FALSE(exists(file));
}

TEST_CASE("history: what a repository configures is not run, and does not hide a line") {
  const Repo repo;
  repo.commit("a.txt", "a\n");
  const auto file = repo.at() + "/made", script = repo.at() + "/.git/script";
  must(write_file_durably(script, "#!/bin/sh\ntouch " + file + "\n", 0755));
  for (const char* key : {"diff.external", "core.fsmonitor", "diff.text.textconv", "core.pager", "diff.text.command"})
    repo.git({"config", key, script});
  for (const auto& [key, value] : {std::pair("color.ui", "always"), std::pair("diff.noprefix", "true"),
                                   std::pair("diff.mnemonicPrefix", "true"), std::pair("diff.context", "9"),
                                   std::pair("diff.interHunkContext", "9"), std::pair("log.showSignature", "true")})
    repo.git({"config", key, value});
  const auto token = made("ghp_<sum>"), second = made("ghp_<sum>");
  repo.put(".gitattributes", "*.txt diff=text\n*.dat2 -diff\n");
  repo.put("b.dat2", second);
  const auto commit = repo.commit("a.txt", "a\n" + token + "\n");
  must(remove_tree(file));  // committing ran what this repository configures
  CHECK(told(must(scan_range({}, repo.at(), "HEAD~1..HEAD", {}))) ==
        "a.txt:2 github-personal-token " + commit + "\nb.dat2:1 github-personal-token " + commit + "\n");
  CHECK_FALSE(exists(file));
}

}  // namespace sampan::scan
