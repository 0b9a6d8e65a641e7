#include "git/names.h"

#include <doctest/doctest.h>

using namespace sampan;
using namespace sampan::git;

TEST_CASE("git: ref names git accepts are accepted, Chinese ones too") {
  for (const char* ref : {"refs/heads/master", "refs/heads/feature/a-b_c.d", "refs/tags/v1.0", "refs/heads/修复/登录",
                          "refs/heads/a@b"}) {
    CHECK_MESSAGE(check_ref(ref).has_value(), ref);
  }
}

TEST_CASE("git: hostile ref names are refused with the rule they break") {
  const std::pair<std::string, std::string> bad[] = {{"refs/heads/..", "'..'"},
                                                     {"refs/heads/a..b", "'..'"},
                                                     {"refs/heads/../../etc/passwd", "'..'"},
                                                     {"refs/heads/--upload-pack=touch x", "space"},
                                                     {"refs/heads/--upload-pack=x", "'-'"},
                                                     {"refs/heads/a/-b", "'-'"},
                                                     {"refs/heads/a b", "space"},
                                                     {"refs/heads/a~1", "~"},
                                                     {"refs/heads/a^", "^"},
                                                     {"refs/heads/a:b", ":"},
                                                     {"refs/heads/a?", "?"},
                                                     {"refs/heads/*", "*"},
                                                     {"refs/heads/[a", "["},
                                                     {"refs/heads/a\\b", "\\"},
                                                     {"refs/heads/a.lock", ".lock"},
                                                     {"refs/heads/.a", "'.'"},
                                                     {"refs/heads/a.", "'.'"},
                                                     {"refs/heads//a", "empty"},
                                                     {"refs/heads/a/", "empty"},
                                                     {"refs/heads/a@{1}", "@{"},
                                                     {"refs/heads/a\nb", "control"},
                                                     {std::string("refs/heads/a\0b", 14), "control"},
                                                     {"refs/heads/\xff", "UTF-8"},
                                                     {"master", "refs/"},
                                                     {"HEAD", "refs/"},
                                                     {"refs/heads/" + std::string(300, 'a'), "255"}};
  for (const auto& one : bad) {
    auto checked = check_ref(one.first);
    REQUIRE_MESSAGE(!checked.has_value(), one.first);
    CHECK_MESSAGE(checked.error().message.find(one.second) != std::string::npos, checked.error().message);
  }
}

TEST_CASE("git: a revision is a name or a sha, never an expression or an option") {
  CHECK(check_revision("master").has_value());
  CHECK(check_revision("0123abcd").has_value());
  CHECK(check_revision("HEAD").has_value());
  for (const char* bad : {"--upload-pack=x", "-n1", "HEAD~3", "a..b", ":/text", "@{-1}", "master^{tree}", "", "a b",
                          "HEAD:path", "a\nb"}) {
    CHECK_MESSAGE(!check_revision(bad).has_value(), bad);
  }
}

TEST_CASE("git: paths cannot leave the tree, and cannot be written into .git in any spelling") {
  CHECK(check_path("").has_value());
  CHECK(check_path("src/main.cc").has_value());
  CHECK(check_path("--help").has_value());  // a file may be called so; it never stands in an option's place
  for (const char* bad : {"/etc/passwd", "a//b", "../x", "a/../b", "a/", "./a"})
    CHECK_MESSAGE(!check_path(bad).has_value(), bad);
  for (const char* bad : {"", ".git/config", "a/.GIT/config", ".git./config", ".git /x", "git~1/x",
                          "a/.g\xe2\x80\x8cit/x", ".git::$INDEX/x", "a\\b", "a\nb", "\xff"}) {
    CHECK_MESSAGE(!check_new_path(bad).has_value(), bad);
  }
  CHECK(check_new_path(".sampan/daily.yaml").has_value());
  CHECK(check_new_path(".gitignore").has_value());
  CHECK(check_new_path("文档/说明.md").has_value());
}
