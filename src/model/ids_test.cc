#include "model/ids.h"

#include <doctest/doctest.h>

#include "model/actor.h"
#include "model/events.h"
#include "model/say.h"

using namespace sampan;

TEST_CASE("ids: an object name is forty lower-case hex digits") {
  const std::string good(40, 'a');
  CHECK(Sha::parse(good)->text() == good);
  CHECK(Sha::parse(good)->short_text() == "aaaaaaaa");
  CHECK(Sha().is_zero());
  for (const std::string& bad :
       {std::string(39, 'a'), std::string(41, 'a'), std::string(40, 'A'), std::string(40, 'g'), std::string()}) {
    CHECK_FALSE(Sha::parse(bad));
  }
}

TEST_CASE("ids: a digest names its algorithm") {
  const std::string hex(64, '0');
  CHECK(Digest::parse("sha256:" + hex) == Digest::from_sha256(hex));
  CHECK(Digest::parse("sha256:" + hex)->hex() == hex);
  CHECK_FALSE(Digest::parse(hex));
  CHECK_FALSE(Digest::parse("sha512:" + hex));
  CHECK_FALSE(Digest::parse("sha256:" + hex + "/.."));
  CHECK_FALSE(Digest());
}

TEST_CASE("actor: only Sampan itself has every scope and is an administrator") {
  CHECK(Actor::system().site_admin);
  CHECK(Actor::system().has(Scope::runner));
  CHECK_FALSE(Actor().has(Scope::api_read));
  CHECK_FALSE(Actor().site_admin);
}

TEST_CASE("events: what is said is what is heard") {
  events::PushReceived push;
  push.push = {7};
  push.repo = {3};
  push.repo_path = "company/shop";
  push.updates = {{"refs/heads/main", Sha::zero(), *Sha::parse(std::string(40, 'b'))}};
  const std::string text = to_json(push);
  CHECK(text.find(R"("updates":[{"ref":"refs/heads/main","old_sha":"000)") != std::string::npos);
  const auto back = from_json<events::PushReceived>(text);
  REQUIRE(back.has_value());
  CHECK(back->repo == push.repo);
  CHECK(back->updates[0].new_sha == push.updates[0].new_sha);
  events::ImagePushed none;
  CHECK(from_json<events::ImagePushed>(to_json(none)).has_value());
}
