#include "notify/message.h"

#include <doctest/doctest.h>

#include "base/text.h"

using namespace sampan;
using namespace sampan::notify;

namespace {

events::RunChanged run(const std::string& state, std::optional<std::string> before = std::nullopt) {
  events::RunChanged event;
  event.run = RunId{12};
  event.number = 7;
  event.repo_path = "company/shop";
  event.pipeline = "daily";
  event.ref = "main";
  event.commit = std::string(40, 'a');
  event.title = "Add *stars*";
  event.actor_name = "ann";
  event.state = state;
  event.last_finished_state = std::move(before);
  return event;
}

std::string told(const events::RunChanged& event) {
  const auto message = message_for(event);
  return message ? message->event : "nothing";
}

events::DeploymentChanged deployment(bool ok) {
  events::DeploymentChanged event;
  event.deployment = DeploymentId{5};
  event.application = "order-service";
  event.environment = "production";
  event.kind = "deploy";
  event.release = 41;
  event.previous_release = 40;
  event.requests = 1200;
  event.state = ok ? "succeeded" : "rolled_back";
  event.finished = true;
  event.ok = ok;
  event.repo_path = "company/shop";
  return event;
}

}  // namespace

TEST_CASE("notify: of runs, changes of state are told: a failure once, the recovery once") {
  CHECK(told(run("failed")) == "run_failed");
  CHECK(told(run("failed", "succeeded")) == "run_failed");
  CHECK(told(run("failed", "failed")) == "nothing");
  CHECK(told(run("succeeded", "failed")) == "run_recovered");
  CHECK(told(run("succeeded", "succeeded")) == "run_succeeded");
  CHECK(told(run("succeeded")) == "run_succeeded");
  for (const auto* state : {"queued", "running", "waiting", "canceled"})
    CHECK_MESSAGE(told(run(state, "failed")) == "nothing", state);
}

TEST_CASE("notify: a failed run is told with what failed, why, and where to look") {
  auto event = run("failed");
  event.reason = "test: 2 cases failed";
  const auto message = message_for(event);
  REQUIRE(message.has_value());
  CHECK(message->title == "company/shop daily #7 failed");
  CHECK(message->body == "main `aaaaaaaa` Add \\*stars\\*\n\nby ann\n\n> test: 2 cases failed");
  CHECK(message->link == "/runs/12");
  CHECK(message->repo == "company/shop");
}

TEST_CASE("notify: people's text can neither format a message nor leave its line, and is cut between characters") {
  auto event = run("failed");
  event.title = "[click](http://evil.test)\n# big";
  auto body = message_for(event)->body;
  CHECK(body.find("\\[click\\](http://evil.test) \\# big") != std::string::npos);
  for (const auto* start : {"", "a", "ab"}) {
    event.title = start;
    for (int i = 0; i < 200; ++i) event.title += "订";
    body = message_for(event)->body;
    CHECK(is_valid_utf8(body));
    CHECK(body.size() < 400);
  }
}

TEST_CASE("notify: a gate names who may pass it") {
  events::GateOpened event;
  event.run = RunId{12};
  event.job_name = "release";
  event.validators = {"ann", "vic"};
  const auto message = message_for(event);
  REQUIRE(message.has_value());
  CHECK(message->event == "gate_opened");
  CHECK(message->body.find("May pass it: ann, vic") != std::string::npos);
  CHECK(message->link == "/runs/12");
}

TEST_CASE("notify: a deployment is told when it is finished, with the requests it served and failed") {
  auto event = deployment(true);
  event.finished = false;
  CHECK_FALSE(message_for(event).has_value());
  auto message = message_for(deployment(true));
  REQUIRE(message.has_value());
  CHECK(message->title == "order-service runs r41 in production");
  CHECK(message->body.find("**1200 requests, 0 failed**") == 0);
  CHECK(message->environment == "production");
  message = message_for(deployment(false));
  CHECK(message->title == "order-service r41 did not reach production: rolled_back");
  CHECK(message->link == "/deployments/5");
}

TEST_CASE("notify: what happened to an application is told in words") {
  events::AppChanged event;
  event.application = "order-service";
  event.environment = "production";
  event.what = "instance_failed";
  event.instances = 1;
  event.wanted = 2;
  const auto message = message_for(event);
  REQUIRE(message.has_value());
  CHECK(message->title == "order-service in production: instance failed");
  CHECK(message->body == "1 of 2 instances");
  CHECK(message->link == "/applications/production/order-service");
}
