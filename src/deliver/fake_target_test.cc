#include "deliver/fake_target.h"

#include "deliver/target_suite.h"

using namespace sampan::deliver;

TEST_CASE("fake target: does what every target does") {
  FakeTarget target;
  testing::TargetSuite(
      {target, "localhost/echo@sha256:0",
       [&](const std::string&, const std::string&) { return target.request("suite").empty() ? 0 : 200; },
       [&](const std::string& name) { target.kill(name); }})
      .run();
}
