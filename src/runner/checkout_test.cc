#include "runner/checkout.h"

#include <sys/stat.h>

#include "runner/testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

namespace {

// A real repository on this machine.
class Origin {
 public:
  Origin() {
    ::chmod(folder_.path().c_str(), 0755);
    git({"init", "-q", "--initial-branch=main"});
    git({"config", "uploadpack.allowAnySHA1InWant", "true"});
  }
  std::string commit(const std::string& file, const std::string& text) {
    must(write_file_durably(folder_.path() + "/" + file, text));
    git({"add", "-A"});
    git({"-c", "user.name=chen", "-c", "user.email=chen@example.org", "commit", "-q", "-m", "change " + file});
    return std::string(trim(git({"rev-parse", "HEAD"})));
  }
  std::string git(std::vector<std::string> words) {
    words.insert(words.begin(), {"git", "-C", folder_.path()});
    return must(run_ok({.argv = words}));
  }
  std::string url() const { return "file://" + folder_.path(); }

 private:
  TempDir folder_ = must(TempDir::create());
};

}  // namespace

TEST_CASE("checkout: exactly the commit is there, git works in the step, and the token is nowhere in it") {
  Bench bench;
  Origin origin;
  const auto first = origin.commit("f", "one");
  origin.commit("f", "two");
  auto order = bench.order({script(
      "cat f; git log --oneline | wc -l; git status --short; git rev-parse HEAD; git remote get-url origin; "
      "grep -rlE 'secret-token|am9iOnN' /workspace /home/build /tmp 2>/dev/null | sed 's/^/found in /' || true")});
  order.checkout = Checkout{origin.url(), first, "refs/heads/main", 1};
  order.token = "secret-token-of-the-job";
  const auto verdict = bench.run(order);
  CAPTURE(bench.sink->text());
  CHECK(verdict.state == "succeeded");
  CHECK(bench.sink->has("one1\n" + first + "\n" + origin.url() + "\n"));
  CHECK(!bench.sink->has("found in"));
}

TEST_CASE("checkout: beside the server its repository is read, without a fetch; only one named plainly and readable") {
  Bench bench;
  Origin origin;
  const auto sha = origin.commit("f", "one");
  const auto repositories = bench.folders.root + "/repositories";
  must(make_directories(repositories, 0700));
  std::filesystem::rename(origin.url().substr(7) + "/.git", repositories + "/7.git");
  bench.folders.repositories = repositories;
  auto order = bench.order({script("cat f; git log --oneline | wc -l")});
  const auto state = [&](const char* name) {
    order.checkout = Checkout{"http://127.0.0.1:1/company/shop.git", sha, "refs/heads/main", 1, name};
    return bench.run(order).state;
  };
  CHECK(state("7.git") == "succeeded");
  CHECK(bench.sink->has("one1\n"));
  CHECK(state("../repositories/7.git") == "failed");
  must(write_file_durably(repositories + "/7.git/objects/info/alternates", "/elsewhere\n"));
  CHECK(state("7.git") == "failed");
}

TEST_CASE("checkout: a commit that is in the mirror needs no network, and takes tens of milliseconds") {
  Bench bench;
  std::string url, sha;
  {
    Origin origin;
    for (int i = 0; i < 50; ++i)
      must(write_file_durably(origin.url().substr(7) + fmt::format("/f{}", i), std::string(1000, 'x')));
    sha = origin.commit("f", "one");
    url = origin.url();
    auto order = bench.order({script("cat f")});
    order.checkout = Checkout{url, sha, "refs/heads/main", 1};
    REQUIRE(bench.run(order).state == "succeeded");
  }
  auto order = bench.order({script("cat f")});
  order.checkout = Checkout{url, sha, "refs/heads/main", 1};
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 10; ++i) CHECK(bench.run(order).state == "succeeded");
  const auto each = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count() / 10;
  MESSAGE(each << " ms for a job with a warm checkout");
  CHECK(bench.sink->has("one"));
}

TEST_CASE("checkout: what a killed git left in the mirror refuses nobody") {
  Bench bench;
  Origin origin;
  const auto check_out = [&](const std::string& sha) {
    auto order = bench.order({script("cat f")});
    order.checkout = Checkout{origin.url(), sha, "refs/heads/main", 1};
    const auto verdict = bench.run(order);
    CAPTURE(bench.sink->text());
    CHECK(verdict.state == "succeeded");
  };
  check_out(origin.commit("f", "one"));
  std::vector<std::string> left;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(bench.folders.mirrors())) {
    const auto path = entry.path().string();
    if (path.find("/refs/runner/") != std::string::npos) left.push_back(path + ".lock");
    if (path.ends_with("/objects/pack")) left.push_back(path + "/tmp_pack_x");
    if (path.ends_with("/HEAD")) left.push_back(path.substr(0, path.size() - 4) + "packed-refs.lock");
  }
  REQUIRE(left.size() == 3);
  for (const auto& path : left) must(write_file_durably(path, ""));
  check_out(origin.commit("f", "two"));
  for (const auto& path : left) CHECK(!exists(path));
}

TEST_CASE("checkout: a server that is started anew meanwhile is asked again, one that says no is not") {
  Bench bench;
  Origin origin;
  auto order = bench.order({script("cat f")});
  order.checkout = Checkout{origin.url(), origin.commit("f", "one"), "refs/heads/main", 1};
  const auto folder = origin.url().substr(7), hidden = folder + ".away";
  std::filesystem::rename(folder, hidden);
  int asked = 0;
  bench.observer = std::make_unique<MemoryObserver>();
  bench.observer->away = true;
  bench.observer->when_asked = [&] {
    if (++asked == 1) std::filesystem::rename(hidden, folder);
  };
  CHECK(bench.run_again(order).state == "succeeded");
  CHECK(asked == 1);
  CHECK(bench.sink->has("the server was away meanwhile: once more"));
  order.checkout = Checkout{origin.url(), std::string(40, 'a'), "refs/heads/main", 1};
  CHECK(bench.run_again(order).state == "failed");
  CHECK(asked == 2);
}

TEST_CASE("checkout: a repository that is not there, and what is no commit, fail with a sentence") {
  Bench bench;
  auto order = bench.order({script("echo never")});
  order.checkout = Checkout{"file:///nowhere/at/all", std::string(40, 'a'), "refs/heads/main", 1};
  CHECK(bench.run(order).reason.find("fetching the code failed") != std::string::npos);
  order.checkout->sha = "--upload-pack=touch";
  CHECK(bench.run(order).reason == "'--upload-pack=touch' is not a commit");
  order.checkout = Checkout{"--upload-pack=touch /tmp/x", std::string(40, 'a'), "refs/heads/main", 1};
  CHECK(bench.run(order).state == "failed");
  order.checkout = Checkout{"ext::sh -c 'touch /tmp/sampan-was-here'", std::string(40, 'a'), "refs/heads/main", 1};
  CHECK(bench.run(order).state == "failed");
  CHECK(!exists("/tmp/sampan-was-here"));
}

TEST_CASE("checkout: hooks, filters and configuration in a repository run nothing on the machine") {
  Bench bench;
  Origin origin;
  origin.commit(".gitattributes", "* filter=evil\n");
  const auto sha = origin.commit("f", "one");
  auto order = bench.order({script("cat f; find .git/hooks -type f 2>/dev/null | wc -l || true")});
  order.checkout = Checkout{origin.url(), sha, "refs/heads/main", 1};
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("one0\n"));
}

TEST_CASE("checkout: a working tree is copied with its changes, without what git ignores, links as links") {
  Bench bench;
  Origin origin;
  origin.commit("f", "committed");
  const auto tree = origin.url().substr(7);
  must(write_file_durably(tree + "/f", "changed"));
  must(write_file_durably(tree + "/new file", "untracked"));
  must(write_file_durably(tree + "/.gitignore", "ignored\n"));
  must(write_file_durably(tree + "/ignored", "ignored"));
  std::filesystem::create_symlink("/etc/passwd", tree + "/link");
  const auto order = bench.order(
      {script("cat f 'new file'; test -e ignored && echo bad; readlink link; git diff --stat | tail -1; echo x > f")});
  auto place = bench.place();
  place.working_tree = tree;
  MemorySink sink;
  MemoryObserver observer;
  CHECK(Job(order, place, sink, observer, bench.cancel).run().state == "succeeded");
  CAPTURE(sink.text());
  CHECK(sink.has("changeduntracked/etc/passwd\n"));
  CHECK(!sink.has("bad"));
  CHECK(must(read_file(tree + "/f")) == "changed");
}
