// A push interrupted between any two of its steps is there with its event, or not there. The steps are done by hand, as
// sampan-hook, git and the end of the process do them; "the server dies" is a new start over the same database and
// folder.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>

#include "base/testing.h"
#include "git/git_fixture_test.h"
#include "git/parts.h"

using namespace sampan;
using namespace sampan::git::testing;
using sampan::testing::must;

namespace {

std::atomic<bool> disk_fails{false};  // at syncs of the database's log

// A repository whose objects are there, and a push of them that has gone only as far as the test lets it.
struct Interrupted {
  House house;
  git::Repo repo = house.make_repo("shop");
  Client client;
  Sha first, second;
  std::unique_ptr<git::Parts> parts;
  std::string secret;

  Interrupted() {
    client.begin(house.url("ann", "shop"));
    first = *Sha::parse(client.commit("a", "1"));
    client.ok({"push", "-q", "origin", "main"});
    second = *Sha::parse(client.commit("a", "2"));
    client.ok({"push", "-q", "origin", "main:carrier"});  // brings the objects
    REQUIRE(house.pushes_said() == 2);
    repo = house.repo("shop");
    git::Config config;
    config.folder = house.folder.path() + "/repos";
    parts = std::make_unique<git::Parts>(*house.db, house.clock, *house.events, *house.people, config);
  }
  std::string updates() const {
    return fmt::format("update {} {} refs/heads/main\nupdate {} {} refs/heads/new\n", first.text(), second.text(),
                       Sha::zero().text(), second.text());
  }
  void intend() {
    secret = parts->pushes.begin(repo, house.actor("ann"));
    auto accepted = parts->pushes.pre_receive(secret, updates());
    REQUIRE_MESSAGE(accepted.has_value(), accepted.error().message);
  }
  void move(const std::string& ref) {
    REQUIRE(parts->plumbing.run_ok(repo.id, {"update-ref", ref, second.text()}).has_value());
  }
  void restart() {
    auto again = std::make_unique<git::Parts>(*house.db, house.clock, *house.events, *house.people, parts->config);
    auto recovered = again->pushes.recover();
    REQUIRE_MESSAGE(recovered.has_value(), recovered.error().message);
    parts = std::move(again);
  }
  std::vector<std::string> refs_said() {
    house.events->settle();
    std::vector<std::string> refs;
    for (const auto& update : house.said.lock()->back().updates) refs.push_back(update.ref);
    return refs;
  }
  std::string states() { return house.browse("pushes", "shop"); }
};

}  // namespace

extern "C" int fdatasync(int fd) {
  std::error_code ignored;
  const auto file = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd), ignored).string();
  if (!disk_fails || !file.ends_with("-wal")) return static_cast<int>(::syscall(SYS_fdatasync, fd));
  errno = EIO;
  return -1;
}

TEST_CASE("git: a push interrupted before the refs moved leaves no event, and can be repeated") {
  Interrupted push;
  push.intend();
  push.restart();
  CHECK(push.house.pushes_said() == 2);
  CHECK(push.states().find("\"state\":\"undone\"") != std::string::npos);
  push.client.ok({"push", "-q", "origin", "main"});
  CHECK(push.house.pushes_said() == 3);
}

TEST_CASE("git: a push interrupted between two refs has an event with the one that moved") {
  Interrupted push;
  push.intend();
  push.move("refs/heads/new");
  push.restart();
  CHECK(push.house.pushes_said() == 3);
  CHECK(push.refs_said() == std::vector<std::string>{"refs/heads/new"});
}

TEST_CASE("git: a push interrupted after its refs moved has its event, once") {
  Interrupted push;
  push.intend();
  push.move("refs/heads/main");
  push.move("refs/heads/new");
  push.restart();
  CHECK(push.house.pushes_said() == 3);
  CHECK(push.refs_said() == std::vector<std::string>{"refs/heads/main", "refs/heads/new"});
  push.restart();
  CHECK(push.house.pushes_said() == 3);
}

TEST_CASE("git: a push interrupted after it was confirmed says nothing more, whoever confirms again") {
  Interrupted push;
  push.intend();
  push.move("refs/heads/main");
  push.move("refs/heads/new");
  REQUIRE(push.parts->pushes.post_receive(push.secret, push.updates()).has_value());
  CHECK(push.house.pushes_said() == 3);
  push.parts->pushes.finish(push.secret, true);
  push.restart();
  CHECK(push.house.pushes_said() == 3);
}

TEST_CASE("git: the end of the process confirms when the post-receive hook did not run") {
  Interrupted push;
  push.intend();
  push.move("refs/heads/main");
  push.parts->pushes.finish(push.secret, true);
  CHECK(push.house.pushes_said() == 3);
  CHECK(push.refs_said() == std::vector<std::string>{"refs/heads/main"});
}

TEST_CASE("git: a push that could not be written down is confirmed once it can be, without a start") {
  Interrupted push;
  push.intend();
  push.move("refs/heads/main");
  push.move("refs/heads/new");
  const auto change = [&](const std::string& sql) {
    must(push.house.db->write([&](Tx& tx) -> Result<void> {
      TRY(tx.exec(sql));
      return {};
    }));
  };
  change("create trigger full before insert on event begin select raise(abort, 'the disk is full'); end");
  push.parts->pushes.finish(push.secret, true);
  CHECK(push.house.pushes_said() == 2);
  change("drop trigger full");
  CHECK(sampan::testing::wait_until([&] { return push.house.pushes_said() == 3; }));
  CHECK(push.refs_said() == std::vector<std::string>{"refs/heads/main", "refs/heads/new"});
}

TEST_CASE("git: a push that was written down on a disk that then failed is refused, and undone without a start") {
  Interrupted push;
  const auto states = [&] {
    return must(push.house.db->read([](Tx& tx) { return tx.one("last", "select state from push order by id desc"); }))
        .text(0);
  };
  push.secret = push.parts->pushes.begin(push.repo, push.house.actor("ann"));
  disk_fails = true;
  CHECK(push.parts->pushes.pre_receive(push.secret, push.updates()).error().message.find("sync") != std::string::npos);
  push.parts->pushes.finish(push.secret, false);
  CHECK(states() == "intended");
  disk_fails = false;
  CHECK(sampan::testing::wait_until([&] { return states() == "undone"; }));
  CHECK(push.house.pushes_said() == 2);
}

TEST_CASE("git: the name of a repository that a failing disk left half made is free without a start") {
  Interrupted push;
  auto& repos = push.parts->repos;
  const auto make = [&] { return repos.create(push.house.actor("ann"), {.group = "company", .name = "again"}); };
  disk_fails = true;
  CHECK(make().error().message.find("sync") != std::string::npos);
  disk_fails = false;
  CHECK_FALSE(repos.find("company", "again").has_value());
  CHECK(make().has_value());
  CHECK(repos.find("company", "again").has_value());
  CHECK(make().error().code == Errc::conflict);
}

TEST_CASE("git: a ref that a later push moved on had moved, and both pushes have their events") {
  Interrupted push;
  push.intend();
  push.move("refs/heads/main");
  push.client.commit("a", "3");
  push.client.ok({"push", "-q", "origin", "main"});
  CHECK(push.house.pushes_said() == 3);
  push.restart();
  CHECK(push.house.pushes_said() == 4);
  CHECK(push.refs_said() == std::vector<std::string>{"refs/heads/main"});
}

TEST_CASE(
    "git: before anything was intended a dead push leaves nothing, and its secret is worthless after the restart") {
  Interrupted push;
  const auto secret = push.parts->pushes.begin(push.repo, push.house.actor("ann"));
  const auto quarantine = push.parts->plumbing.folder_of(push.repo.id) + "/objects/tmp_objdir-incoming-x";
  REQUIRE(make_directories(quarantine).has_value());
  push.restart();
  CHECK_FALSE(exists(quarantine));
  CHECK(push.parts->pushes.pre_receive(secret, push.updates()).error().code == Errc::unauthenticated);
  CHECK(push.house.pushes_said() == 2);
}

TEST_CASE("git: locks that a killed git left do not refuse later pushes") {
  Interrupted push;
  push.intend();
  const auto lock = push.parts->plumbing.folder_of(push.repo.id) + "/refs/heads/main.lock";
  REQUIRE(write_file_durably(lock, "").has_value());
  CHECK_FALSE(push.client.run({"push", "-q", "origin", "main"}).exit.ok());
  push.restart();
  push.client.ok({"push", "-q", "origin", "main"});
}

TEST_CASE("git: what a killed git left goes with the last push to its repository, and refuses nobody until a start") {
  Interrupted push;
  push.intend();
  auto& pushes = push.parts->pushes;
  const auto folder = push.parts->plumbing.folder_of(push.repo.id);
  const auto quarantine = folder + "/objects/tmp_objdir-incoming-x", lock = folder + "/refs/heads/main.lock";
  REQUIRE(make_directories(quarantine).has_value());
  REQUIRE(write_file_durably(lock, "").has_value());
  const auto beside = pushes.begin(push.repo, push.house.actor("ann"));
  pushes.finish(push.secret, false);
  CHECK(exists(quarantine));  // it might be the other's
  pushes.finish(beside, true);
  CHECK_FALSE(exists(quarantine));
  CHECK_FALSE(exists(lock));
  push.client.ok({"push", "-q", "origin", "main"});
}

TEST_CASE("git: a reader of objects that was killed while it was idle fails nobody") {
  Interrupted push;
  const auto pid = [&] { return must(push.parts->readers.borrow(push.repo.id))->pid(); };
  const int before = pid();
  REQUIRE(pid() == before);  // it is kept
  REQUIRE(::kill(before, SIGKILL) == 0);
  siginfo_t ended{};
  REQUIRE(::waitid(P_PID, static_cast<id_t>(before), &ended, WEXITED | WNOWAIT) == 0);
  CHECK(must(push.parts->readers.info(push.repo.id, "refs/heads/main")).has_value());
}

TEST_CASE("git: a start waits for the git of an earlier life, which may still move refs") {
  Interrupted push;
  push.intend();
  // A process of "the earlier life": it holds the log as its stderr, as receive-pack does, and ends when its input
  // ends.
  auto held = push.parts->pushes.hold().value();
  auto [read_end, write_end] = make_pipe().value();
  Fd child_end(read_end), our_end(write_end);
  auto command = push.parts->plumbing.command(push.repo.id, {"update-ref", "--stdin"});
  auto child = Child::spawn(command, {child_end.get(), -1, held.get()}).value();
  held = Fd();
  child_end = Fd();
  std::thread ends([&] {
    const auto order = fmt::format("update refs/heads/main {}\n", push.second.text());
    CHECK(::write(our_end.get(), order.data(), order.size()) == static_cast<ssize_t>(order.size()));
    our_end = Fd();
  });
  push.restart();
  ends.join();
  CHECK(child.wait().ok());
  CHECK(push.house.pushes_said() == 3);
  CHECK(push.refs_said() == std::vector<std::string>{"refs/heads/main"});
}

TEST_CASE("git: a receive-pack killed in the middle of a push leaves nothing half-done") {
  House house;
  house.make_repo("shop");
  std::atomic<bool> killed = false;
  house.git->add_push_check([&](const git::PushCheck& check) -> Result<void> {
    if (killed.exchange(true)) return {};
    // Found by the quarantine it works in; only processes of this test's folder are looked at.
    const auto folder = std::string(check.git_environment[0].second);
    auto found = run_ok({.argv = {"pgrep", "-f", "receive-pack --stateless-rpc " + folder}}, {});
    for (const auto& pid : split(trim(found.value_or("")), '\n')) ::kill(static_cast<pid_t>(std::stoi(pid)), SIGKILL);
    return {};
  });
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1");
  CHECK_FALSE(client.run({"push", "origin", "main"}).exit.ok());
  CHECK(house.pushes_said() == 0);
  CHECK(client.ok({"ls-remote", "origin"}) == "");
  client.ok({"push", "-q", "origin", "main"});
  CHECK(house.pushes_said() == 1);
}

TEST_CASE("git: a push that is written down only after its git has died does not stay intended") {
  House house;
  house.make_repo("shop");
  std::atomic<bool> seen = false, gone = false, written = false;
  const auto within = [](const auto& holds) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds() && std::chrono::steady_clock::now() < give_up)  // told nowhere: the client's thread and a row
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return holds();
  };
  house.git->add_push_check([&](const git::PushCheck& check) -> Result<void> {
    if (seen.exchange(true)) return {};
    const auto folder = std::string(check.git_environment[0].second);
    auto found = run_ok({.argv = {"pgrep", "-f", "receive-pack --stateless-rpc " + folder}}, {});
    for (const auto& pid : split(trim(found.value_or("")), '\n')) ::kill(static_cast<pid_t>(std::stoi(pid)), SIGKILL);
    CHECK(within([&] { return gone.load(); }));
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // finish() is told nowhere
    written = true;
    return {};
  });
  Client client;
  client.begin(house.url("ann", "shop"));
  client.commit("a", "1");
  CHECK_FALSE(client.run({"push", "origin", "main"}).exit.ok());
  gone = true;
  const auto rows = [&](const std::string& state) {
    return house.db
        ->read([&](Tx& tx) { return tx.one("count", "select count(*) from push where state = $1", {state}); })
        .value()
        .integer(0);
  };
  CHECK(within([&] { return written && rows("undone") == 1; }));
  CHECK(rows("intended") == 0);
  CHECK(house.pushes_said() == 0);
}

TEST_CASE("git: a repository whose making was interrupted is gone after the start, and its name is free") {
  House house;
  REQUIRE(house.db
              ->write([&](Tx& tx) -> Result<void> {
                git::Repo repo;
                repo.group_id = house.git->find_group("company").value();
                repo.name = "half";
                repo.default_branch = "main";
                const auto id = TRY(git::store::insert_repo(tx, repo));
                return make_directories(fmt::format("{}/repos/{}.git", house.folder.path(), id.value));
              })
              .has_value());
  CHECK(house.git->find_repo("company", "half").error().code == Errc::not_found);
  REQUIRE(make_directories(house.folder.path() + "/repos/77.git.new").has_value());
  REQUIRE(house.git->recover().has_value());
  CHECK_FALSE(exists(house.folder.path() + "/repos/1.git"));
  CHECK_FALSE(exists(house.folder.path() + "/repos/77.git.new"));
  house.make_repo("half");
}
