// What every target must do, as one list of checks: run on the target in memory and on the real one. Included by tests
// only.
#pragma once

#include <doctest/doctest.h>

#include "base/testing.h"
#include "deliver/target.h"

namespace sampan::deliver::testing {

// A target and what the suite needs beside it. The image answers /health, /version (with VERSION of its environment),
// /fail, /slow?MS, /die.
struct Subject {
  Target& target;
  std::string image;
  std::function<int(const std::string& url, const std::string& path)> customer;  // -> status; 0: nobody answered
  std::function<void(const std::string& instance)> kill;  // its process ends, by no act of the target
};

class TargetSuite {
 public:
  explicit TargetSuite(Subject subject) : s_(std::move(subject)), t_(s_.target) {}

  // Everything in one go, because a real target's instances cost time.
  void run() {
    instances();
    frozen();
    probes();
    traffic();
    ends();
    wrong();
  }

 private:
  template <class T>
  static T must(Result<T> result) {
    return sampan::testing::must(std::move(result));
  }

  InstanceSpec spec(const std::string& name) const {
    InstanceSpec made;
    made.name = "suite-" + name;
    made.service = "suite";
    made.image = s_.image;
    made.environment = {{"VERSION", name}, {"SECRET", "s3cret value"}};
    made.memory_bytes = 64 << 20;
    made.cpus = 0.5;
    made.stop_grace = std::chrono::seconds(1);
    return made;
  }
  void start(const std::string& name) {
    must(t_.start(spec(name)));
    CHECK(sampan::testing::wait_until([&] { return t_.probe("suite-" + name, health(), 8080).ok; }));
  }
  static Probe health(const std::string& path = "/health") {
    Probe probe;
    probe.path = path;
    return probe;
  }
  bool lists(const std::string& name) {
    const auto all = must(t_.list());
    return std::find(all.begin(), all.end(), name) != all.end();
  }

  void instances() {
    INFO("instances: idempotent by name");
    start("a");
    const auto first = must(t_.status("suite-a")), again = must(t_.start(spec("a")));
    CHECK(first.state == InstanceState::running);
    CHECK(!first.address.empty());
    CHECK(again.address == first.address);
    CHECK(again.pid == first.pid);
    CHECK(lists("suite-a"));
    CHECK(must(t_.usage("suite-a")).memory_bytes > 0);
    CHECK(must(t_.status("suite-nobody")).state == InstanceState::absent);
    CHECK(!lists("suite-nobody"));
  }

  void frozen() {
    INFO("frozen: answers nothing, keeps its place, answers at once when thawed");
    must(t_.freeze("suite-a"));
    must(t_.freeze("suite-a"));
    CHECK(must(t_.status("suite-a")).state == InstanceState::frozen);
    auto quick = health();
    quick.timeout = std::chrono::milliseconds(200);
    CHECK(!t_.probe("suite-a", quick, 8080).ok);
    must(t_.thaw("suite-a"));
    must(t_.thaw("suite-a"));
    CHECK(must(t_.status("suite-a")).state == InstanceState::running);
    CHECK(t_.probe("suite-a", health(), 8080).ok);
    CHECK(!t_.freeze("suite-nobody").has_value());
  }

  void probes() {
    INFO("probes: tell what was answered");
    CHECK(t_.probe("suite-a", health(), 8080).status == 200);
    const auto nobody = t_.probe("suite-nobody", health(), 8080);
    CHECK(!nobody.ok);
  }

  void traffic() {
    INFO("traffic: goes to whom it is let to, and is counted");
    start("b");
    const auto url = must(t_.ensure_service({"suite", 0, {}, std::chrono::seconds(5)}));
    CHECK(must(t_.ensure_service({"suite", 0, {}, std::chrono::seconds(5)})) == url);
    must(t_.admit("suite", "suite-a"));
    must(t_.admit("suite", "suite-a"));
    const auto before = must(t_.traffic("suite"));
    for (int i = 0; i < 5; ++i) CHECK(s_.customer(url, "/version") == 200);
    const auto between = must(t_.traffic("suite"));
    CHECK(between.requests >= before.requests + 5);
    CHECK(between.failed == before.failed);
    must(t_.admit("suite", "suite-b"));
    must(t_.drain("suite", "suite-a"));
    must(t_.drain("suite", "suite-a"));
    CHECK(must(t_.admitted("suite")) == std::vector<std::string>{"suite-b"});
    for (int i = 0; i < 5; ++i) CHECK(s_.customer(url, "/version") == 200);
    CHECK(sampan::testing::wait_until([&] { return must(t_.traffic("suite")).open_by_instance["suite-a"] == 0; }));
    must(t_.expel("suite", "suite-a"));
    must(t_.expel("suite", "suite-a"));
    CHECK(s_.customer(url, "/version") == 200);
    must(t_.admit("suite", "suite-a"));  // and back
    must(t_.drain("suite", "suite-b"));
    CHECK(s_.customer(url, "/version") == 200);
    must(t_.admit("suite", "suite-b"));
    CHECK(must(t_.admitted("suite")).size() == 2);
    CHECK(!t_.admit("nowhere", "suite-a").has_value());
  }

  void ends() {
    INFO("ends: an unasked one is told once, soon; its log is kept until it is removed");
    std::atomic<int> told{0};
    t_.on_exit([&](const std::string& name) { told += name == "suite-b" ? 1 : 100; });
    s_.kill("suite-b");
    CHECK(sampan::testing::wait_until([&] { return told > 0; }, std::chrono::seconds(2)));
    CHECK(sampan::testing::wait_until([&] { return must(t_.status("suite-b")).state == InstanceState::exited; }));
    CHECK(!must(t_.log_tail("suite-b", 10)).empty());
    must(t_.stop("suite-a", std::chrono::seconds(1)));  // by us: nobody is told
    must(t_.stop("suite-a", std::chrono::seconds(1)));
    CHECK(must(t_.status("suite-a")).state == InstanceState::exited);
    CHECK(told == 1);
    t_.on_exit({});
    start("a");  // one that ended, again
    CHECK(must(t_.status("suite-a")).state == InstanceState::running);
    for (const char* name : {"suite-a", "suite-b"}) {
      must(t_.expel("suite", name));
      must(t_.remove(name));
      must(t_.remove(name));
      CHECK(must(t_.status(name)).state == InstanceState::absent);
    }
    CHECK(!t_.log_tail("suite-a", 10).has_value());
    start("c");
    must(t_.freeze("suite-c"));
    must(t_.remove("suite-c"));  // frozen ones too
    CHECK(!lists("suite-c"));
    must(t_.remove_service("suite"));
    must(t_.remove_service("suite"));
  }

  void wrong() {
    INFO("wrong: an image that is not there is named");
    auto made = spec("d");
    made.image = "localhost/missing@sha256:" + std::string(64, '0');
    const auto refused = t_.start(made);
    REQUIRE(!refused.has_value());
    CHECK(refused.error().message.find("suite-d") != std::string::npos);
    must(t_.remove("suite-d"));
  }

  Subject s_;
  Target& t_;
};

}  // namespace sampan::deliver::testing
