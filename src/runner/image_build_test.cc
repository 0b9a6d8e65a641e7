#include "runner/image_build.h"

#include "runner/registry_testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

namespace {

struct Yard {
  Bench bench;
  MemoryRegistry registry;
  std::string tree;

  Yard() : tree(bench.folders.root + "/tree") {
    make_root(tree + "/root");
    must(run_ok({.argv = {"git", "init", "-q", tree}}));
  }
  void write(const std::string& file, const std::string& text) { must(write_file_durably(tree + "/" + file, text)); }
  Order order(Action build) {
    build.action = "image_build";
    build.image = registry.host() + "/company/shop";
    if (!build.tags) build.tags = std::vector<std::string>{"v1"};
    auto made = bench.order({build});
    made.registry = registry.host();
    made.token = "token-of-the-job";
    made.sandbox.memory_bytes = 1 << 30;
    return made;
  }
  Verdict run(const Order& order) {
    bench.observer = std::make_unique<MemoryObserver>();
    bench.sink = std::make_unique<MemorySink>(secrets_of(order));
    auto place = bench.place();
    place.working_tree = tree;
    return Job(order, place, *bench.sink, *bench.observer, bench.cancel).run();
  }
};

}  // namespace

TEST_CASE("image: built from a Dockerfile, pushed with the job's token, its digest told; again only what changed") {
  Yard yard;
  yard.write("Dockerfile",
             "FROM scratch\nCOPY root /\nARG WHO\nRUN [\"/bin/bash\", \"-c\", \"echo hello $WHO > /greeting; id; ls "
             "/proc | tail -1\"]\nCOPY app /app\n");
  yard.write("app", "one");
  auto build = action("image_build");
  build.artifact = "shop";
  build.tags = std::vector<std::string>{"v1", "daily-${NUMBER}"};
  build.build_args = std::vector<KeyValue>{{"WHO", "${NAME}"}};
  auto order = yard.order(build);
  order.environment = {{"NUMBER", "7"}, {"NAME", "chen"}};
  const auto verdict = yard.run(order);
  CAPTURE(yard.bench.sink->text());
  REQUIRE(verdict.state == "succeeded");
  REQUIRE(yard.bench.observer->images.size() == 1);
  CHECK(yard.bench.observer->images[0].first == "shop");
  CHECK(yard.bench.observer->images[0].second.image == yard.registry.host() + "/company/shop");
  CHECK(yard.bench.observer->images[0].second.digest == yard.registry.digest_of("company/shop", "v1"));
  CHECK(yard.registry.digest_of("company/shop", "daily-7") == yard.registry.digest_of("company/shop", "v1"));
  CHECK(yard.registry.credentials() == std::set<std::string>{"Basic " + base64("job:token-of-the-job")});

  yard.write("app", "two");
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(yard.run(order).state == "succeeded");
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  MESSAGE(seconds << " s for a warm image build with two pushes");
  CHECK(yard.bench.sink->has("Using cache"));
  std::ifstream mounts("/proc/self/mounts");
  const std::string text{std::istreambuf_iterator<char>(mounts), {}};
  CHECK(text.find(yard.bench.folders.images()) == std::string::npos);  // nothing stays mounted
}

TEST_CASE("image: root in a Dockerfile is nobody on the machine") {
  if (::geteuid() != 0) return;  // anybody else's root is themselves by buildah's own means
  Yard yard;
  const auto marker = yard.bench.folders.root + "/marker";
  yard.write("Dockerfile",
             "FROM scratch\nCOPY root /\nRUN [\"/bin/bash\", \"-c\", \"cat /proc/self/uid_map; echo x > "
             "/proc/sys/kernel/hostname; ls /proc | cat; grep cgroup /proc/self/mountinfo; true\"]\n");
  REQUIRE(yard.run(yard.order(action("image_build"))).state == "succeeded");
  CHECK(yard.bench.sink->has(std::to_string(kBuildUser)));
  CHECK(yard.bench.sink->has("Read-only file system"));
  CHECK(!yard.bench.sink->has(fmt::format("\n{}\n", ::getpid())));  // not even seen
  CHECK(yard.bench.sink->has(" / /sys/fs/cgroup/"));
  CHECK(!yard.bench.sink->has(" /.."));  // a cgroup that is not ours: a JVM dies of it
}

TEST_CASE("image: a build that is killed leaves no working container") {
  if (::geteuid() != 0) return;
  Yard yard;
  yard.write("Dockerfile", "FROM scratch\nCOPY root /\nRUN [\"/bin/bash\", \"-c\", \"sleep 60\"]\n");
  const auto list = fmt::format("{}/root/overlay-containers/containers.json", yard.bench.folders.images());
  const auto held = [&] {
    const auto text = read_file(list).value_or("");
    return !trim(text).empty() && trim(text) != "[]";
  };
  bool seen = false;
  std::jthread killer([&] {
    // In its RUN: what is killed between a container's name and buildah's own note of it, buildah does not remove.
    for (int i = 0; i < 3000 && !(seen = held() && yard.bench.sink->has("STEP 3/3")); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    for (const auto& name : Cgroup::find(cgroup_prefix(yard.bench.folders.root))) Cgroup::existing(name).kill_all();
  });
  CHECK(yard.run(yard.order(action("image_build"))).state == "failed");
  killer.join();
  CHECK(seen);
  // The killer may have met the sweep as well, which is then the next build's.
  yard.write("Dockerfile", "FROM scratch\nCOPY root /\n");
  yard.run(yard.order(action("image_build")));
  CHECK(!held());
}

TEST_CASE("image: contexts and Dockerfiles outside of the checkout, by .. or by link, are refused with a sentence") {
  Yard yard;
  yard.write("Dockerfile", "FROM scratch\nCOPY etc /etc\n");
  std::filesystem::create_directory_symlink("/etc", yard.tree + "/etc");
  std::filesystem::create_symlink("/etc/passwd", yard.tree + "/Evil");
  const auto reason = [&](const std::string& context, const std::string& dockerfile) {
    auto build = action("image_build");
    build.context = context;
    build.dockerfile = dockerfile;
    return yard.run(yard.order(build)).reason;
  };
  CHECK(reason("..", "Dockerfile") ==
        "step One: the build context '..' leads out of the checkout to " + yard.bench.folders.jobs() + "/1");
  CHECK(reason("etc", "Dockerfile") == "step One: the build context 'etc' leads out of the checkout to /etc");
  CHECK(reason(".", "Evil") == "step One: the Dockerfile 'Evil' leads out of the checkout to /etc/passwd");
  CHECK(reason(".", "absent") == "step One: the Dockerfile 'absent' is not in the checkout");
  CHECK(reason(".", "--help") == "step One: the Dockerfile '--help' is not in the checkout");
  // A link inside the context that leads out is a link to nothing for the build.
  CHECK(reason(".", "Dockerfile").find("building the image failed") != std::string::npos);
  CHECK(yard.bench.observer->images.empty());
}

TEST_CASE("image: bad tags and build arguments are refused") {
  Yard yard;
  yard.write("Dockerfile", "FROM scratch\nCOPY root /\n");
  auto build = action("image_build");
  build.tags = std::vector<std::string>{"--all"};
  CHECK(yard.run(yard.order(build)).reason.find("'--all' is not a tag") != std::string::npos);
  build.tags = std::vector<std::string>{};
  CHECK(yard.run(yard.order(build)).reason.find("no tag") != std::string::npos);
  build.tags = std::nullopt;
  build.build_args = std::vector<KeyValue>{{"--volume", "/:/host"}};
  CHECK(yard.run(yard.order(build)).reason.find("is not a name for a build argument") != std::string::npos);
}
