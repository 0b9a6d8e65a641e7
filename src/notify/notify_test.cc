#include "notify/notify.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "base/json.h"
#include "base/testing.h"
#include "model/say.h"
#include "notify/state.h"

using namespace sampan;
using namespace sampan::notify;
using namespace std::chrono_literals;
using sampan::testing::must;

namespace {

struct House {
  sampan::testing::TestDb db;
  FakeClock clock;
  EventLog events{*db, clock};
  people::People people{*db, clock, events};
  SecretBox secrets = must(SecretBox::open(db.folder() + "/key"));
  sampan::testing::FakeHttpClient http;
  Config config{"http://sampan.test", 3, 1500ms};
  Notify::State state{*db, clock, events, people, secrets, http, config};

  House() { log::set_level(log::Level::error); }

  std::int64_t robot(const std::string& name, std::vector<std::string> wanted = {"run_failed"},
                     std::vector<std::string> repos = {}, std::string secret = {}) {
    const store::Robot robot{0,
                             name,
                             RobotKind::webhook,
                             "http://" + name + ".test",
                             std::move(secret),
                             std::move(wanted),
                             std::move(repos),
                             {},
                             clock.now()};
    return must(db->write([&](Tx& tx) { return store::insert_robot(tx, robot); }));
  }
  void tell(const std::string& source, const std::string& title = "shop failed",
            const std::string& repo = "company/shop") {
    must(state.tell(source, Message{"run_failed", title, "body", "/runs/12", "See why", repo, "production"}));
  }
  // Lets the sender look again as often as it asked to, over this time.
  void pass(std::chrono::milliseconds time) {
    const auto end = clock.now() + std::chrono::duration_cast<Microseconds>(time);
    while (true) {
      const auto next = std::max(must(state.deliver_due()), clock.now() + Microseconds(1000));
      if (next >= end) break;
      clock.advance(next - clock.now());
    }
    clock.advance(end - clock.now());
    must(state.deliver_due());
  }
  std::vector<store::Notice> notices(std::int64_t robot) {
    return must(db->read([&](Tx& tx) { return store::list_notices(tx, robot, INT64_MAX, 100); }));
  }
  void answer(int status) {
    http.answer_with([status](const OutboundRequest&) {
      return OutboundResponse{status, {}, "said " + std::to_string(status)};
    });
  }
};

std::string title_of(const OutboundRequest& request) {
  return std::string(boost::json::parse(request.body).at("title").as_string());
}

}  // namespace

TEST_CASE("notify: a clock that is set back keeps nobody waiting for hours, one that is set ahead hurries nobody") {
  House house;
  house.answer(200);
  house.robot("team");
  for (const auto by : {-5h, 10h}) {
    const auto before = house.http.requests().size();
    house.tell(fmt::format("event {}", by.count()));
    must(house.state.deliver_due());
    house.clock.jump(by);
    must(house.state.deliver_due());
    CHECK(house.http.requests().size() == before);
    house.pass(2s);
    CHECK(house.http.requests().size() == before + 1);
  }
}

TEST_CASE("notify: a message waits for the merge window and goes out with what came meanwhile") {
  House house;
  const auto id = house.robot("team");
  house.tell("event 1", "one");
  must(house.state.deliver_due());
  CHECK(house.http.requests().empty());
  house.clock.advance(1s);
  house.tell("event 2", "two");
  CHECK(must(house.state.deliver_due()) == house.clock.now() + 500ms);
  house.pass(500ms);
  REQUIRE(house.http.requests().size() == 1);
  CHECK(title_of(house.http.requests()[0]) == "two (and 1 more)");
  for (const auto& notice : house.notices(id)) CHECK(notice.state == "sent");
  house.pass(1h);
  CHECK(house.http.requests().size() == 1);
}

TEST_CASE("notify: a reaction that runs twice adds nothing, before and after the message went out") {
  House house;
  const auto id = house.robot("team");
  house.tell("event 1");
  house.tell("event 1");
  house.pass(2s);
  house.tell("event 1");
  house.pass(2s);
  CHECK(house.http.requests().size() == 1);
  CHECK(house.notices(id).size() == 1);
}

TEST_CASE("notify: a robot is told what it asked for, of its repositories") {
  House house;
  house.robot("all");
  house.robot("gates", {"gate_opened"});
  house.robot("shop", {"run_failed"}, {"company/shop"});
  house.robot("other", {"run_failed"}, {"company/other"});
  house.tell("event 1");
  house.pass(2s);
  std::vector<std::string> told;
  for (const auto& request : house.http.requests()) told.push_back(request.url);
  CHECK(told == std::vector<std::string>{"http://all.test", "http://shop.test"});
}

TEST_CASE("notify: what goes out has an absolute link, its repository and its environment") {
  House house;
  house.robot("team");
  house.tell("event 1");
  house.pass(2s);
  REQUIRE(house.http.requests().size() == 1);
  const auto body = boost::json::parse(house.http.requests()[0].body);
  CHECK(body.at("url") == "http://sampan.test/runs/12");
  CHECK(body.at("repository") == "company/shop");
  CHECK(body.at("environment") == "production");
}

TEST_CASE("notify: a robot gets no more messages a minute than it bears; the rest is merged and comes later") {
  House house;
  house.robot("team");
  house.robot("quiet", {"gate_opened"});
  for (int i = 0; i < 10; ++i) {
    house.tell(fmt::format("event {}", i), fmt::format("title {}", i));
    house.pass(2s);
  }
  CHECK(house.http.requests().size() == 3);
  house.pass(35s);
  CHECK(house.http.requests().size() == 3);
  const auto next = must(house.state.deliver_due());
  CHECK(next >= house.clock.now() + 1s);  // it does not spin while it waits
  house.pass(10s);
  REQUIRE(house.http.requests().size() == 4);
  CHECK(title_of(house.http.requests()[3]) == "title 9 (and 6 more)");
}

TEST_CASE("notify: a robot that cannot be reached is tried again with growing pauses, then given up") {
  House house;
  const auto id = house.robot("team");
  house.answer(503);
  house.tell("event 1");
  house.pass(2s);
  CHECK(house.http.requests().size() == 1);
  CHECK(house.notices(id)[0].state == "queued");
  CHECK(house.notices(id)[0].answer == "503 said 503");
  house.pass(5s);
  CHECK(house.http.requests().size() == 2);
  house.pass(9s);
  CHECK(house.http.requests().size() == 2);
  SUBCASE("until it takes it") {
    house.answer(200);
    house.pass(10s);
    CHECK(house.http.requests().size() == 3);
    CHECK(house.notices(id)[0].state == "sent");
    CHECK(house.notices(id)[0].attempts == 3);
  }
  SUBCASE("after eight attempts") {
    house.pass(24h);
    CHECK(house.http.requests().size() == 8);
    CHECK(house.notices(id)[0].state == "failed");
  }
}

TEST_CASE("notify: an answer that will not change is not asked for again") {
  House house;
  const auto id = house.robot("team");
  house.answer(404);
  house.tell("event 1");
  house.pass(24h);
  CHECK(house.http.requests().size() == 1);
  CHECK(house.notices(id)[0].state == "failed");
  CHECK(house.notices(id)[0].answer == "404 said 404");
}

TEST_CASE("notify: a robot whose secret cannot be read does not silence the others") {
  House house;
  const auto broken = house.robot("a-broken", {"run_failed"}, {}, "sealed with another key");
  house.robot("b-sound");
  house.tell("event 1");
  house.pass(2s);
  REQUIRE(house.http.requests().size() == 1);
  CHECK(house.http.requests()[0].url == "http://b-sound.test");
  CHECK(house.notices(broken)[0].state == "failed");
}

TEST_CASE("notify: a secret is sealed at rest, never shown, and signs what goes out") {
  House house;
  const auto routes = robot_routes(house.state);
  const auto call = [&](std::size_t route, std::string body,
                        std::vector<std::pair<std::string, std::string>> params = {}) {
    Request request;
    request.body = std::move(body);
    request.params = std::move(params);
    const auto answer = routes[route].handler(request, Actor::system());
    return answer.has_value() ? std::get<std::string>(answer->body) : answer.error().message;
  };
  const auto made =
      call(1, R"({"name":"team","kind":"webhook","url":"http://team.test","secret":"hush","events":["run_failed"]})");
  CHECK(made.find("\"has_secret\":true") != std::string::npos);
  CHECK((made + call(0, "")).find("hush") == std::string::npos);
  const auto stored = must(house.db->read([](Tx& tx) { return store::list_robots(tx); }));
  REQUIRE(stored.size() == 1);
  CHECK(stored[0].sealed_secret.find("hush") == std::string::npos);
  call(4, "", {{"id", "1"}});
  REQUIRE(house.http.requests().size() == 1);
  const auto request = house.http.requests()[0];
  CHECK(find_header(request.headers, "X-Sampan-Signature") == "sha256=" + hex(hmac_sha256("hush", request.body)));
  CHECK(call(1, R"({"name":"x","kind":"webhook","url":"http://x","events":["run_faild"]})")
            .find("did you mean 'run_failed'") != std::string::npos);
  CHECK(call(1, R"({"name":"x","kind":"pigeon","url":"http://x","events":[]})").find("expected dingtalk or webhook") !=
        std::string::npos);
  CHECK(call(1, R"({"name":"x","kind":"webhook","url":"file:///etc/passwd","events":[]})")
            .find("expected an http:// or https:// address") != std::string::npos);
}

TEST_CASE("notify: an event said in a transaction reaches the robot") {
  House house;
  house.robot("team");
  house.config.merge_window = 0ms;
  Notify notify(*house.db, house.clock, house.events, house.people, house.secrets, house.http, house.config);
  notify.connect();
  house.events.start();
  notify.start();
  events::RunChanged event;
  event.repo_path = "company/shop";
  event.state = "failed";
  must(house.db->write([&](Tx& tx) { return say(house.events, tx, event); }));
  CHECK(sampan::testing::wait_until([&] { return house.http.requests().size() == 1; }));
  notify.stop();
  house.events.stop();
}
