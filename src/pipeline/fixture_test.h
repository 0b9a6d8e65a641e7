// A house of database, people, git and pipeline for the tests of this room: a clock that ticks by hand, real SQLite,
// real git.
#pragma once

#include <doctest/doctest.h>

#include <condition_variable>
#include <memory>
#include <string>
#include <vector>

#include "base/crypto.h"
#include "base/files.h"
#include "base/json_struct.h"
#include "base/sync.h"
#include "model/say.h"
#include "pipeline/pipeline.h"

namespace sampan::pipeline::testing {

// What a runner or a browser would receive.
class FakeStream final : public EventStream {
 public:
  struct Sent {
    std::string event, data;
  };
  bool send(std::string_view event, std::string_view data, std::string_view) override;
  void close() override;
  bool closed() const override;
  void on_close(std::function<void()> action) override;
  // Waits (at most ten seconds) until `count` events of this name have come; returns the last of them.
  std::string wait_for(std::string_view event, std::size_t count = 1);
  std::size_t count(std::string_view event) const;
  bool wait_closed();  // at most ten seconds

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Sent> sent_;
  std::vector<std::function<void()>> closers_;
  bool closed_ = false;
};

struct Yard {
  TempDir folder = TempDir::create().value();
  FakeClock clock;
  std::unique_ptr<Db> db;
  std::unique_ptr<EventLog> events;
  Hub hub;
  std::unique_ptr<people::People> people;
  std::unique_ptr<git::Git> git;
  std::unique_ptr<SecretBox> secrets;
  std::unique_ptr<Pipeline> pipeline;
  std::vector<Route> routes;
  std::string runner_token;
  // Events said by the room, heard so far; call settle() first.
  struct Heard {
    std::vector<events::RunChanged> runs;
    std::vector<events::GateOpened> gates;
    std::vector<events::DeployRequested> deploys;
    std::vector<events::DeployCanceled> aborts;
  };
  Sync<Heard> heard;
  std::condition_variable heard_more;

  // Accounts: root (site admin), ann and li (developers of the group company), vic (viewer). The repository
  // company/shop.
  explicit Yard(bool start = true);
  ~Yard();
  void open(bool start);
  void reopen();  // the server stops and starts again

  Actor actor(const std::string& login);
  Actor runner();
  git::Repo repo();
  Sha commit(const std::string& branch, const std::map<std::string, std::string>& files,
             const std::string& message = "change");
  void settle();

  using Pairs = std::vector<std::pair<std::string, std::string>>;
  // A route's handler called as web does, once the access rule has passed.
  Result<Response> call(Method method, const std::string& path, const Actor& actor, std::string body = {});
  std::string text(Method method, const std::string& path, const Actor& actor, std::string body = {});
  Json json(Method method, const std::string& path, const Actor& actor, std::string body = {});

  std::shared_ptr<FakeStream> connect_runner(int capacity = 2, const std::string& labels = "linux,amd64");
  Json run(std::int64_t id) { return json(Method::get, "/api/v1/runs/" + std::to_string(id), actor("root")); }
  std::int64_t last_run();
  void wait_for_state(std::string_view state);  // until a run was said to be in it (at most ten seconds)
};

// "state of" by path in a JSON value: at(json, "stages.0.jobs.0.state") as text.
std::string at(const Json& json, std::string_view path);

}  // namespace sampan::pipeline::testing
