#include "base/events.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "base/postgres_testing.h"
#include "base/sync.h"
#include "base/testing.h"

using namespace sampan;
using namespace sampan::testing;
using namespace std::chrono_literals;

namespace {

void say(Db& db, EventLog& log, std::string_view kind, std::string body) {
  must(db.write([&](Tx& tx) { return log.say(tx, kind, body); }));
}

struct Heard {
  Sync<std::vector<std::string>> bodies;
  std::function<Result<void>(const Event&)> reaction() {
    return [this](const Event& event) -> Result<void> {
      bodies.lock()->push_back(event.body);
      return {};
    };
  }
  std::vector<std::string> all() { return *bodies.lock(); }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("events: a listener hears its kinds, in order, from the moment it was made known") {
  TestDb db;
  FakeClock clock;
  EventLog log(*db, clock);
  Heard heard;
  say(*db, log, "a", "before");
  log.listen("one", {"a", "b"}, heard.reaction());
  say(*db, log, "a", "1");
  log.start();
  say(*db, log, "c", "not for us");
  for (int i = 2; i <= 250; ++i) say(*db, log, i % 2 ? "a" : "b", std::to_string(i));  // several batches
  log.settle();
  Texts expected;
  for (int i = 1; i <= 250; ++i) expected.push_back(std::to_string(i));
  CHECK(heard.all() == expected);
}

TEST_CASE("events: an event of a fact that was rolled back is not heard") {
  TestDb db;
  FakeClock clock;
  EventLog log(*db, clock);
  Heard heard;
  log.listen("one", {"a"}, heard.reaction());
  log.start();
  const auto failed = db->write([&](Tx& tx) -> Result<void> {
    TRY(log.say(tx, "a", "never"));
    return fail(Errc::denied, "no");
  });
  CHECK_FALSE(failed.has_value());
  say(*db, log, "a", "yes");
  log.settle();
  CHECK(heard.all() == Texts{"yes"});
}

TEST_CASE("events: after a restart a listener goes on where it stood") {
  TestDb db;
  FakeClock clock;
  Heard heard;
  {
    EventLog log(*db, clock);
    log.listen("one", {"a"}, heard.reaction());
    log.start();
    say(*db, log, "a", "1");
    log.settle();
    log.stop();
    say(*db, log, "a", "2");  // nobody is listening
  }
  EventLog log(*db, clock);
  log.listen("one", {"a"}, heard.reaction());
  log.start();
  log.settle();
  CHECK(heard.all() == Texts{"1", "2"});
}

TEST_CASE("events: a reaction that fails is repeated and holds back those behind it") {
  TestDb db;
  FakeClock clock;
  log::set_level(log::Level::error);
  EventLog log(*db, clock);
  Heard heard;
  std::atomic<int> attempts{0};
  log.listen("one", {"a"}, [&](const Event& event) -> Result<void> {
    if (event.body == "1" && ++attempts < 3) {
      if (attempts == 1) return fail(Errc::unavailable, "not yet");
      throw std::runtime_error("thrown by a test");
    }
    return heard.reaction()(event);
  });
  log.start();
  say(*db, log, "a", "1");
  say(*db, log, "a", "2");
  log.settle();
  CHECK(attempts == 3);
  CHECK(heard.all() == Texts{"1", "2"});
}

TEST_CASE("events: an event nobody could ever read is set aside") {
  TestDb db;
  FakeClock clock;
  log::set_level(static_cast<log::Level>(9));
  EventLog log(*db, clock);
  Heard heard;
  log.listen("one", {"a"}, [&](const Event& event) -> Result<void> {
    if (event.body == "bad") return fail(Errc::invalid, "no JSON");
    return heard.reaction()(event);
  });
  log.start();
  say(*db, log, "a", "bad");
  say(*db, log, "a", "good");
  log.settle();
  CHECK(heard.all() == Texts{"good"});
  log::set_level(log::Level::warning);
}

TEST_CASE("events: settle waits for what reactions say, and stop ends a listener that is stuck") {
  TestDb db;
  FakeClock clock;
  log::set_level(log::Level::error);
  Heard heard;
  EventLog log(*db, clock);
  log.listen("chain", {"a"}, [&](const Event& event) -> Result<void> {
    return db->write([&](Tx& tx) { return log.say(tx, "b", event.body + "!"); });
  });
  log.listen("end", {"b"}, heard.reaction());
  log.listen("stuck", {"never"}, [](const Event&) -> Result<void> { return fail(Errc::unavailable, "for ever"); });
  log.start();
  say(*db, log, "a", "1");
  log.settle();
  CHECK(heard.all() == Texts{"1!"});
  say(*db, log, "never", "x");
  log.stop();
  log::set_level(log::Level::warning);
}

TEST_CASE("events: what all have handled is forgotten, the rest is kept") {
  TestDb db;
  FakeClock clock;
  Heard heard;
  EventLog log(*db, clock);
  log.listen("one", {"a"}, heard.reaction());
  log.start();
  say(*db, log, "a", "1");
  say(*db, log, "nobody listens", "2");
  log.settle();
  log.stop();
  say(*db, log, "a", "unheard");
  clock.advance(1h);
  say(*db, log, "a", "young");
  CHECK(must(log.forget(clock.now())) == 2);
  const auto rows = must(db->read([](Tx& tx) { return tx.query("select body from event order by id"); }));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].text(0) == "unheard");
}

TEST_CASE("events: many that speak at once are all heard once and in order, on both engines") {
  auto postgres = PostgresServer::start();
  TestDb sqlite;
  std::unique_ptr<Db> other;
  if (postgres) {
    other = must(Db::open(postgres->create_database("events")));
    const auto all = migrations();
    must(other->migrate(std::span(all).first(1)));
  }
  for (Db* db : {&*sqlite, other.get()}) {
    if (!db) continue;
    FakeClock clock;
    EventLog log(*db, clock);
    Sync<std::vector<std::int64_t>> ids;
    log.listen("one", {"a"}, [&](const Event& event) -> Result<void> {
      ids.lock()->push_back(event.id);
      return {};
    });
    log.start();
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
          for (int i = 0; i < 50; ++i) say(*db, log, "a", "x");
        });
      }
    }
    log.settle();
    CHECK(ids.lock()->size() == 200);
    const auto order = *ids.lock();
    CHECK(std::is_sorted(order.begin(), order.end()));
  }
}

TEST_CASE("events: the bell is fast") {
  TestDb db;
  SystemClock clock;
  EventLog log(*db, clock);
  std::atomic<std::int64_t> heard_at{0};
  log.listen("one", {"a"}, [&](const Event&) -> Result<void> {
    heard_at = to_micros(clock.now());
    return {};
  });
  log.start();
  std::vector<std::int64_t> delays;
  for (int i = 0; i < 50; ++i) {
    heard_at = 0;
    std::int64_t committed = 0;
    must(db->write([&](Tx& tx) {
      tx.after_commit([&] { committed = to_micros(clock.now()); });  // before the bell, which is rung after it
      return log.say(tx, "a", "x");
    }));
    REQUIRE(wait_until([&] { return heard_at != 0; }));
    delays.push_back(heard_at - committed);
    log.settle();  // its cursor is not in the way of the next
  }
  std::sort(delays.begin(), delays.end());
  MESSAGE("from commit to listener, microseconds: median ", delays[25], ", worst ", delays.back());
  CHECK(delays[25] < 20'000);  // the machine may be busy; a missed bell would be the tick's five seconds
}

TEST_CASE("hub: subscribers of a topic are told until they drop their token") {
  Hub hub;
  std::vector<std::string> heard;
  auto token = hub.subscribe({"run:1", "runs"}, [&](const std::string& topic) { heard.push_back(topic); });
  hub.publish("run:1");
  hub.publish("run:2");
  hub.publish("runs");
  token.reset();
  hub.publish("runs");
  CHECK(heard == Texts{"run:1", "runs"});
}

TEST_CASE("hub: a subscriber may drop itself while it is told") {
  Hub hub;
  Hub::Token token;
  int told = 0;
  token = hub.subscribe({"x"}, [&](const std::string&) {
    ++told;
    token.reset();
  });
  hub.publish("x");
  hub.publish("x");
  CHECK(told == 1);
}

TEST_CASE("hub: one whose token is dropped while others are told is told no more") {
  Hub hub;
  bool second_told = false;
  Hub::Token first, second;
  first = hub.subscribe({"x"}, [&](const std::string&) { second.reset(); });
  second = hub.subscribe({"x"}, [&](const std::string&) { second_told = true; });
  hub.publish("x");
  CHECK_FALSE(second_told);
}

TEST_CASE("hub: once a token is dropped its function runs no more, whatever others publish") {
  Hub hub;
  std::atomic<bool> going{true};
  std::jthread publisher([&] {
    while (going) hub.publish("x");
  });
  for (int i = 0; i < 2000; ++i) {
    auto alive = std::make_unique<int>(7);
    int* seen = alive.get();
    auto token =
        hub.subscribe({"x"}, [seen](const std::string&) { *seen += 1; });  // a use after free would be told by ASan
    token.reset();
  }
  going = false;
}
