#include "git/hook_call.h"

#include <doctest/doctest.h>

namespace sampan::git {

TEST_CASE("git: the hook's text is read line by line, and only the quarantine's variables in the repository count") {
  const std::string folder = "/data/repos/1.git";
  const std::string update = "update " + std::string(40, '0') + " " + std::string(40, '1') + " refs/heads/a b\n";
  const auto call = parse_hook_call(
      update + "option ci.skip\nenv GIT_QUARANTINE_PATH=/data/repos/1.git/objects/tmp_objdir-incoming-x\n", folder);
  REQUIRE(call.has_value());
  REQUIRE(call->updates.size() == 1);
  CHECK(call->updates[0].ref == "refs/heads/a b");
  CHECK(call->options == std::vector<std::string>{"ci.skip"});
  CHECK(call->environment.size() == 1);
  for (const char* wrong :
       {"env PATH=/data/repos/1.git/x", "env GIT_OBJECT_DIRECTORY=/data/repos/1.git/../2.git/objects",
        "env GIT_OBJECT_DIRECTORY=/data/repos/1.git/x:/tmp", "env GIT_OBJECT_DIRECTORY", "update x", "updates"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_hook_call(wrong, folder).has_value());
  }
  // A C string would end at it, after the check.
  CHECK_FALSE(parse_hook_call(std::string_view("env GIT_OBJECT_DIRECTORY=/data/repos/1.git/x\0/y\n", 48), folder));
}

}  // namespace sampan::git
