#include "git/diff.h"

#include <doctest/doctest.h>

using namespace sampan::git;
using std::string;

namespace {

string z(const char* text) {  // '|' for NUL
  string out(text);
  for (auto& c : out) {
    if (c == '|') c = '\0';
  }
  return out;
}

const char* kTwoFiles =
    ":100644 100644 aaa bbb M|a.c|:100644 100644 aaa bbb R090|old name|new name|"
    "1\t2\ta.c|0\t0\t|old name|new name||"
    "diff --git a/a.c b/a.c\nindex 1..2 100644\n--- a/a.c\n+++ b/a.c\n"
    "@@ -3,4 +3,3 @@ int main()\n same\n-gone one\n--- looks like a header\n+came\n\\ No newline at end of file\n same "
    "too\n"
    "diff --git a/old name b/new name\nsimilarity index 90%\nrename from old name\nrename to new name\n";

}  // namespace

TEST_CASE("git: a patch becomes files, hunks and numbered lines") {
  const auto diff = parse_diff(z(kTwoFiles), false);
  REQUIRE(diff.files.size() == 2);
  const auto& file = diff.files[0];
  CHECK(file.status == "modified");
  CHECK(file.additions == 1);
  CHECK(file.deletions == 2);
  REQUIRE(file.hunks.size() == 1);
  CHECK(file.hunks[0].header == "int main()");
  REQUIRE(file.hunks[0].lines.size() == 5);
  CHECK(file.hunks[0].lines[2].text == "-- looks like a header");
  CHECK(*file.hunks[0].lines[2].old_ == 5);
  CHECK_FALSE(file.hunks[0].lines[2].new_);
  CHECK(*file.hunks[0].lines[3].new_ == 4);
  CHECK(*file.hunks[0].lines[4].old_ == 6);
  CHECK(diff.files[1].status == "renamed");
  CHECK(*diff.files[1].old_path == "old name");
  CHECK(diff.files[1].path == "new name");
}

TEST_CASE("git: a file that became a symlink is one file with both patches") {
  const auto diff = parse_diff(
      z(":100644 120000 aaa bbb T|a|:000000 100644 000 ccc A|b|1\t1\ta|1\t0\tb||diff --git a/a b/a\ndeleted file mode "
        "100644\n--- a/a\n+++ /dev/null\n"
        "@@ -1 +0,0 @@\n-x\ndiff --git a/a b/a\nnew file mode 120000\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+y\n"
        "diff --git a/b b/b\n--- /dev/null\n+++ b/b\n@@ -0,0 +1 @@\n+z\n"),
      false);
  REQUIRE(diff.files.size() == 2);
  CHECK(diff.files[0].hunks.size() == 2);
  REQUIRE(diff.files[1].hunks.size() == 1);
  CHECK(diff.files[1].hunks[0].lines[0].text == "z");
}

TEST_CASE("git: a binary file has no lines, and invalid UTF-8 is shown as such") {
  const auto binary =
      parse_diff(z(":100644 100644 a b M|x.png|-\t-\tx.png||diff --git a/x.png b/x.png\nBinary files differ\n"), false);
  CHECK(binary.files[0].binary);
  CHECK(binary.files[0].hunks.empty());
  const auto broken =
      parse_diff(z(":000000 100644 a b A|\xff|1\t0\t\xff||diff --git a/x b/x\n@@ -0,0 +1 @@\n+\xff\n"), false);
  CHECK(broken.files[0].path == "\xef\xbf\xbd");
  CHECK(broken.files[0].hunks[0].lines[0].text == "\xef\xbf\xbd");
}

TEST_CASE("git: a hunk that claims more lines than there can be is read to its end") {
  const auto diff = parse_diff(z(":100644 100644 a b M|x|1\t1\tx||diff --git a/x b/x\n"
                                 "@@ -9223372036854775807,9223372036854775807 +1,9223372036854775807 @@\n-a\n+b\n"),
                               false);
  REQUIRE(diff.files.size() == 1);
  CHECK(diff.files[0].hunks[0].lines.size() == 2);
}

TEST_CASE("git: a hunk ends where no line of a hunk stands, whatever its head claims") {
  const auto diff = parse_diff(z(":100644 100644 a b M|x|:100644 100644 a b M|y|1\t1\tx|1\t0\ty||diff --git a/x b/x\n"
                                 "@@ -1,9 +1,9 @@\n-a\n+b\ndiff --git a/y b/y\n@@ -0,0 +1 @@\n+c\n"),
                               false);
  REQUIRE(diff.files.size() == 2);
  CHECK(diff.files[0].hunks[0].lines.size() == 2);
  REQUIRE(diff.files[1].hunks.size() == 1);
  CHECK(diff.files[1].hunks[0].lines[0].text == "c");
}

TEST_CASE("git: what is over a limit, or was cut, is marked truncated") {
  DiffLimits limits;
  limits.lines_of_file = 2;
  const auto small = parse_diff(z(kTwoFiles), false, limits);
  CHECK(small.files[0].truncated);
  CHECK(small.files[0].hunks[0].lines.size() == 2);
  CHECK_FALSE(small.files[1].truncated);
  limits = {};
  limits.files = 1;
  CHECK(parse_diff(z(kTwoFiles), false, limits).truncated);
  const auto whole = z(kTwoFiles);
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const auto cut = parse_diff(std::string_view(whole).substr(0, length), true);
    if (!cut.files.empty()) CHECK(cut.files.back().truncated);
  }
}
