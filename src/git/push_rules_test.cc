#include "git/push_rules.h"

#include <doctest/doctest.h>

using namespace sampan;
using namespace sampan::git;

namespace {

Sha sha(char digit) { return *Sha::parse(std::string(40, digit)); }
const Sha kZero = Sha::zero();

PushFacts facts(Role role, bool forced = false) {
  return {role, "company/shop", "main", [forced](const events::RefUpdate&) -> Result<bool> { return forced; }};
}

}  // namespace

TEST_CASE("git: a developer pushes branches and tags, and fast-forwards the default branch") {
  CHECK(check_updates({{"refs/heads/x", kZero, sha('a')}, {"refs/tags/v1", kZero, sha('a')}}, {"ci.skip"},
                      facts(Role::developer))
            .has_value());
  CHECK(check_updates({{"refs/heads/main", sha('a'), sha('b')}}, {}, facts(Role::developer)).has_value());
  CHECK(check_updates({{"refs/heads/x", sha('a'), kZero}}, {}, facts(Role::developer)).has_value());
}

TEST_CASE("git: a refused push names the rule and the way on") {
  const auto sentence = [](const events::RefUpdate& update, const PushFacts& with) {
    return check_updates({update}, {}, with).error();
  };
  CHECK(sentence({"refs/heads/x", kZero, sha('a')}, facts(Role::viewer)).message.find("takes the role developer") !=
        std::string::npos);
  CHECK(sentence({"refs/heads/main", sha('a'), sha('b')}, facts(Role::developer, true)).message.find("only an admin") !=
        std::string::npos);
  CHECK(sentence({"refs/heads/main", sha('a'), kZero}, facts(Role::admin)).message.find("cannot be deleted") !=
        std::string::npos);
  CHECK(sentence({"refs/for/main", kZero, sha('a')}, facts(Role::admin)).message.find("neither a branch") !=
        std::string::npos);
  CHECK(sentence({"refs/heads/--exec=x", kZero, sha('a')}, facts(Role::admin)).code == Errc::invalid);
  CHECK(check_updates({{"refs/heads/main", sha('a'), sha('b')}}, {}, facts(Role::admin, true)).has_value());
  std::vector<events::RefUpdate> many(kMostUpdates + 1, {"refs/heads/x", kZero, sha('a')});
  CHECK(check_updates(many, {}, facts(Role::admin)).error().code == Errc::too_large);
  CHECK(check_updates({{"refs/heads/x", kZero, sha('a')}}, {std::string(2000, 'x')}, facts(Role::admin)).error().code ==
        Errc::too_large);
}

TEST_CASE("git: the refs decide whether an interrupted push moved") {
  const PushId first{1}, second{2};
  const std::vector<store::PastUpdate> alone = {{first, {"refs/heads/a", kZero, sha('1')}},
                                                {first, {"refs/heads/b", sha('2'), sha('3')}}};
  CHECK(decide_moved(first, alone, {{"refs/heads/a", sha('1')}, {"refs/heads/b", sha('2')}}) ==
        std::set<std::string>{"refs/heads/a"});
  CHECK(decide_moved(first, alone, {{"refs/heads/b", sha('2')}}).empty());

  const std::vector<store::PastUpdate> chain = {{second, {"refs/heads/a", sha('1'), sha('4')}},
                                                {first, {"refs/heads/a", kZero, sha('1')}}};
  CHECK(decide_moved(first, chain, {{"refs/heads/a", sha('4')}}) == std::set<std::string>{"refs/heads/a"});
  CHECK(decide_moved(second, chain, {{"refs/heads/a", sha('4')}}) == std::set<std::string>{"refs/heads/a"});
  CHECK(decide_moved(second, chain, {{"refs/heads/a", sha('1')}}).empty());
  CHECK(decide_moved(first, chain, {{"refs/heads/a", sha('1')}}) == std::set<std::string>{"refs/heads/a"});

  const std::vector<store::PastUpdate> deletion = {{first, {"refs/heads/a", sha('1'), kZero}}};
  CHECK(decide_moved(first, deletion, {}) == std::set<std::string>{"refs/heads/a"});
  CHECK(decide_moved(first, deletion, {{"refs/heads/a", sha('1')}}).empty());
}

TEST_CASE("git: the first push chooses the default branch") {
  CHECK(choose_default_branch({{"refs/heads/x", kZero, sha('a')}, {"refs/heads/main", kZero, sha('a')}}) == "main");
  CHECK(choose_default_branch({{"refs/heads/x", kZero, sha('a')}, {"refs/heads/master", kZero, sha('a')}}) == "master");
  CHECK(choose_default_branch({{"refs/tags/v1", kZero, sha('a')}, {"refs/heads/x", kZero, sha('a')}}) == "x");
  CHECK_FALSE(choose_default_branch({{"refs/tags/v1", kZero, sha('a')}}));
}
