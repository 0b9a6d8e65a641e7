#include "runner/container.h"

#include "runner/registry_testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

namespace {

// An image in the runner's own storage, made of this machine's programs as a pipeline would make it.
std::string make_image(Bench& bench, MemoryRegistry& registry) {
  const auto tree = bench.folders.root + "/tree";
  make_root(tree + "/root");
  must(run_ok({.argv = {"git", "init", "-q", tree}}));
  must(write_file_durably(tree + "/Dockerfile",
                          "FROM scratch\nCOPY root /\nENV PATH=/bin:/only/in/the/image\nUSER 1234\n"));
  auto build = action("image_build");
  build.image = registry.host() + "/company/tools";
  build.tags = std::vector<std::string>{"1"};
  auto order = bench.order({build});
  order.registry = registry.host();
  auto place = bench.place();
  place.working_tree = tree;
  MemorySink sink;
  MemoryObserver observer;
  const auto verdict = Job(order, place, sink, observer, bench.cancel).run();
  CAPTURE(sink.text());
  REQUIRE(verdict.state == "succeeded");
  return registry.host() + "/company/tools:1";
}

}  // namespace

TEST_CASE(
    "container: steps run in the named image with the sandbox's workspace, caches, limits and user, and leave "
    "nothing") {
  Bench bench;
  MemoryRegistry registry;
  const auto image = make_image(bench, registry);
  const auto in_container = [&](std::vector<Action> actions) {
    auto order = bench.order(std::move(actions));
    order.sandbox.container = image;
    order.registry = registry.host();
    return order;
  };
  auto order = in_container({script("id -u; echo \"$HOME $PWD $GREETING $PATH\"; echo from-container > ~/.m2/f; echo "
                                    "kept > kept; echo installed > /installed; echo 'V=1' >> $FLOW_ENV"),
                             script("cat kept /installed; ls /; exit 4")});
  order.environment = {{"GREETING", "it's\n\"quoted\""}};
  order.caches = {{"key", "~/.m2", 1}};
  const auto verdict = bench.run(order);
  CAPTURE(bench.sink->text());
  CHECK(verdict.reason == "step One: exit code 4");
  CHECK(bench.sink->has("0\n/home/build /workspace it's\n\"quoted\" /bin:/only/in/the/image\n"));
  CHECK(bench.sink->has("kept\ninstalled\n"));
  CHECK(!bench.sink->has("images\n"));
  CHECK(bench.sink->text().starts_with("\x1eone\n"));
  CHECK(bench.observer->variables == std::map<std::string, std::string>{{"V", "1"}});
  const auto cache = must(Caches(bench.folders.caches()).hold(order.caches[0], bench.folders.root + "/spare"));
  struct stat file {};
  REQUIRE(::stat((cache.folder() + "/f").c_str(), &file) == 0);
  CHECK(file.st_uid == (::geteuid() == 0 ? kBuildUser : ::geteuid()));

  auto over = in_container({script("x=0123456789abcdef; while :; do x=$x$x; done")});
  over.sandbox.memory_bytes = 96 << 20;
  CHECK(bench.run(over).reason == "step One: killed: over its memory limit of 96 MiB");

  const auto marker = fmt::format("66{}", ::getpid());
  auto slow = in_container({script("echo up; sleep " + marker + " & sleep " + marker)});
  slow.timeout_s = 5;
  CHECK(bench.run(slow).reason == "step One: over its time limit");
  CHECK(!process_runs(marker));

  auto fresh = in_container({script("cat /installed")});
  CHECK(bench.run(fresh).state == "failed");  // a container of its own for each job
}

TEST_CASE("container: an image that is not there or is no image fails the job with a sentence") {
  Bench bench;
  auto order = bench.order({script("true")});
  order.registry = "127.0.0.1:1";
  order.sandbox.container = "--privileged";
  CHECK(bench.run(order).reason == "'--privileged' is not an image");
  order.sandbox.container = "127.0.0.1:1/absent:1";
  CHECK(bench.run(order).reason == "making a container of 127.0.0.1:1/absent:1 failed: buildah ended with 125");
}
