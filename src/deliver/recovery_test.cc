// The start of deliver: what an earlier server, or the machine's stop, left.
#include "deliver/yard_testing.h"

using namespace sampan;
using namespace sampan::deliver;
using namespace sampan::deliver::testing;

TEST_CASE("deliver: after a restart of the machine everything starts again, without waiting for a back-off") {
  Yard yard;
  yard.deliver("v1", "scale: {instances: 4, max: 4, spare: 1}\n");
  REQUIRE(yard.at_strength(4, 1));
  yard.stop();
  for (const auto& name : must(yard.target.list())) yard.target.kill(name, 137);
  yard.start();
  CHECK(yard.at_strength(4, 1));
  CHECK(yard.target.request(kService) == "v1");
}

TEST_CASE("deliver: while it is down the applications serve; containers that are nobody's go at its start") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  yard.stop();
  CHECK(yard.target.request(kService) == "v1");
  InstanceSpec stray;
  stray.name = "nobody-knows-me";
  must(yard.target.start(stray));
  const int starts = yard.target.starts();
  yard.start();
  CHECK(must(yard.target.status("nobody-knows-me")).state == InstanceState::absent);
  CHECK(yard.at_strength(2, 1));
  CHECK(yard.target.starts() == starts);
}

TEST_CASE(
    "deliver: while the engine is silent at the start pages answer, nothing is taken out, and what is asked waits") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  const int starts = yard.target.starts();
  yard.stop();
  yard.target.fall_silent();
  yard.begin();
  CHECK(yard.text(yard.house->json(Method::get, kApp), "name") == "shop");
  CHECK(must(yard.house->deliver->live_apps()).empty());  // so that watch judges nobody
  CHECK(yard.house->call(yard.house->deliver->routes(), Method::del, kApp).error().code == Errc::unavailable);
  yard.house->ask(yard.wanted("v2"));
  CHECK(yard.target.request(kService) == "v1");
  CHECK(yard.target.starts() == starts);
  yard.target.answer();
  CHECK(wait_until([&] { return yard.target.request(kService) == "v2"; }));
}

TEST_CASE(
    "deliver: an engine that fails at the start is asked again, and nothing is delivered before it says what runs") {
  Yard yard;
  yard.deliver("v1");
  REQUIRE(yard.at_strength(2, 1));
  const int starts = yard.target.starts();
  yard.stop();
  yard.target.fail_lists(1);
  yard.start();
  CHECK(yard.at_strength(2, 1));
  CHECK(yard.target.starts() == starts);
  CHECK(yard.deliver("v2").state == "succeeded");
}
