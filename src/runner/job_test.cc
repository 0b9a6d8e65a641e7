#include "runner/job.h"

#include <sys/stat.h>

#include <thread>

#include "runner/testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

TEST_CASE("job: steps run in order in one workspace; the first failure ends it with a reason") {
  Bench bench;
  auto order = bench.order({});
  order.steps = {{"a", "A", {script("echo one > f")}},
                 {"b", "Compile", {script("cat f; exit 3"), script("echo never")}},
                 {"c", "C", {script("echo never")}}};
  const auto verdict = bench.run(order);
  CHECK(verdict.state == "failed");
  CHECK(verdict.reason == "step Compile: exit code 3");
  CHECK(bench.observer->story() == "a running, a succeeded, b running, b failed, c skipped");
  CHECK(bench.observer->steps[3].exit_code == 3);
  CHECK(bench.sink->text() ==
        "\x1e"
        "a\n\x1e"
        "b\none\n");
  CHECK(bench.observer->steps[2].log_offset == 6);  // where its output begins: behind its key
  CHECK(std::filesystem::is_empty(bench.folders.jobs() + "/1/workspace"));
}

TEST_CASE("job: a failing line ends a script, also inside a pipe") {
  Bench bench;
  CHECK(bench.run(bench.order({script("false | cat\necho never")})).reason == "step One: exit code 1");
  CHECK(!bench.sink->has("never"));
}

TEST_CASE("job: the environment has layers, and what a step appends to $FLOW_ENV the next ones see") {
  Bench bench;
  auto order = bench.order({});
  order.environment = {{"A", "order"}, {"B", "order"}, {"C", "order"}};
  auto first =
      script("echo \"$A $B $C $D\"; echo 'B=flow with spaces' >> $FLOW_ENV; echo 'no assignment' >> $FLOW_ENV");
  first.environment = std::vector<KeyValue>{{"D", "action"}};
  auto set = action("set_variables");
  set.variables = std::vector<KeyValue>{{"C", "${A}-set"}};
  order.steps = {{"one", "One", {first}},
                 {"two", "Two", {set}},
                 {"three", "Three", {script("echo \"$A|$B|$C|${D:-none}|$WORK_SPACE\"")}}};
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("order order order action\n"));
  CHECK(bench.sink->has("order|flow with spaces|order-set|none|/workspace\n"));
  CHECK(bench.sink->has("'no assignment' is not NAME=VALUE"));
  CHECK(bench.observer->variables == std::map<std::string, std::string>{{"B", "flow with spaces"}, {"C", "order-set"}});
}

TEST_CASE("job: wrong actions fail their step with a sentence") {
  Bench bench;
  const auto reason = [&](Action wrong) { return bench.run(bench.order({std::move(wrong)})).reason; };
  CHECK(reason(action("scirpt")).find("did you mean 'script'") != std::string::npos);
  auto elsewhere = script("pwd");
  elsewhere.workdir = "../..";
  CHECK(reason(elsewhere) == "step One: the folder '../..' leads out of the workspace");
  elsewhere.workdir = "absent";
  CHECK(reason(elsewhere).find("could not be started") != std::string::npos);
  CHECK(bench.sink->has("there is no folder /workspace/absent"));
  auto shell = script("true");
  shell.shell = "fish";
  CHECK(reason(shell) == "step One: the shell 'fish': expected bash or sh");
  auto set = action("set_variables");
  set.variables = std::vector<KeyValue>{{"X", "${CI_COMIT}"}};
  CHECK(reason(set).find("there is no variable 'CI_COMIT'") != std::string::npos);
}

TEST_CASE("job: a script of a megabyte runs, with Chinese text and CRLF in a variable") {
  Bench bench;
  auto order = bench.order({script(": '" + std::string(1 << 20, 'x') + "'\nprintf %s \"$V\"")});
  order.environment = {{"V", "提交\r\n完成"}};
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("提交\r\n完成"));
}

TEST_CASE("job: over its memory limit, it is said so") {
  Bench bench;
  auto order = bench.order({script("x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo ${#x}")});
  order.sandbox.memory_bytes = 64 << 20;
  CHECK(bench.run(order).reason == "step One: killed: over its memory limit of 64 MiB");
}

TEST_CASE("job: a canceled job ends its step and reports it") {
  Bench bench;
  auto order = bench.order({script("echo up; sleep 100")});
  order.steps.push_back({"two", "Two", {script("echo never")}});
  bench.observer = std::make_unique<MemoryObserver>();
  bench.sink = std::make_unique<MemorySink>();
  std::jthread canceler([&] {
    if (bench.sink->wait_for("up\n")) bench.cancel.ask(Cancel::Why::asked, "by chen");
  });
  Job job(order, bench.place(), *bench.sink, *bench.observer, bench.cancel);
  const auto verdict = job.run();
  CHECK(verdict.state == "canceled");
  CHECK(verdict.reason == "by chen");
  CHECK(bench.observer->story() == "one running, one canceled, two skipped");
}

TEST_CASE("job: its time limit holds for all steps together") {
  Bench bench;
  auto order = bench.order({script("echo up; sleep 100")});
  order.timeout_s = 1;
  CHECK(bench.run(order).reason == "step One: over its time limit");
}

TEST_CASE("job: artifacts are packed without following links and unpacked for another job") {
  Bench bench;
  auto upload = action("artifact_upload");
  upload.name = "jar";
  upload.paths = std::vector<std::string>{"target/*.jar", "dist"};
  REQUIRE(bench
              .run(bench.order({script("mkdir -p target dist/js; echo jar > target/app.jar; echo js > dist/js/a.js; ln "
                                       "-s /etc/passwd dist/passwd; ln -s /etc target/etc"),
                                upload}))
              .state == "succeeded");
  CHECK(bench.sink->has("uploaded 2 files as artifact 'jar'"));
  auto download = action("artifact_download");
  download.artifact = "jar";
  download.into = "in/side";
  REQUIRE(bench
              .run_again(bench.order(
                  {download, script("find in -type f | sort; cat in/side/app.jar; echo more >> in/side/app.jar")}))
              .state == "succeeded");
  CHECK(bench.sink->has("in/side/app.jar\nin/side/js/a.js\njar\n"));
  upload.include_path = true;
  REQUIRE(bench.run_again(bench.order({script("mkdir -p target; echo jar > target/app.jar"), upload})).state ==
          "succeeded");
  REQUIRE(bench.run_again(bench.order({download, script("find in -type f")})).state == "succeeded");
  CHECK(bench.sink->has("in/side/target/app.jar\n"));
}

TEST_CASE("job: an artifact that is not there, has a bad name, or would be unpacked through a link is refused") {
  Bench bench;
  auto upload = action("artifact_upload");
  upload.name = "a";
  upload.paths = std::vector<std::string>{"*.war"};
  CHECK(bench.run(bench.order({upload})).reason == "step One: artifact 'a': no file matches *.war");
  upload.name = "../../etc/cron.d/x";
  CHECK(bench.run(bench.order({upload})).reason.find("is not a name for an artifact") != std::string::npos);
  upload.name = "a";
  auto download = action("artifact_download");
  download.artifact = "a";
  download.into = "out/x";
  REQUIRE(bench.run(bench.order({script("echo war > x.war"), upload})).state == "succeeded");
  CHECK(bench.run_again(bench.order({script("ln -s /tmp out"), download})).reason ==
        "step One: 'out/x' is not a folder: 'out' of it is a link");
  download.into = "../x";
  CHECK(bench.run_again(bench.order({download})).reason == "step One: the folder '../x' leads out of the workspace");
}

TEST_CASE("job: test reports are sent also after a failure, with secrets masked") {
  Bench bench;
  auto junit = action("junit_report");
  junit.name = "unit";
  junit.paths = std::vector<std::string>{"**/target/surefire-reports/TEST-*.xml"};
  junit.always = true;
  auto order = bench.order({script("mkdir -p m/target/surefire-reports; echo \"<t>$PASSWORD</t>\" > "
                                   "m/target/surefire-reports/TEST-a.xml; exit 1"),
                            junit});
  order.secrets = {{"PASSWORD", "s3cr3t-s3cr3t"}};
  CHECK(bench.run(order).reason == "step One: exit code 1");
  CHECK(bench.observer->reports == std::vector<std::string>{"<t>***</t>\n"});
}

TEST_CASE("job: SARIF files of a step are handed in together, masked, also after a failure; without one it fails") {
  Bench bench;
  auto sarif = action("sarif_report");
  sarif.name = "Lint/web";
  sarif.paths = std::vector<std::string>{"out/*.sarif"};
  sarif.always = true;
  auto order =
      bench.order({script("mkdir out; for n in 1 2; do echo '{\"version\":\"2.1.0\",\"runs\":[{\"n\":\"'$n $PASSWORD'"
                          "\"}]}' > out/$n.sarif; done; exit 1"),
                   sarif});
  order.secrets = {{"PASSWORD", "s3cr3t-s3cr3t"}};
  CHECK(bench.run(order).reason == "step One: exit code 1");
  CHECK(bench.observer->results ==
        std::vector<std::string>{R"(Lint/web: {"version":"2.1.0","runs":[{"n":"1 ***"},{"n":"2 ***"}]})"});
  CHECK(bench.run(bench.order({sarif})).reason == "step One: no SARIF file matches out/*.sarif");
  CHECK(bench.run(bench.order({script("mkdir out; echo no > out/x.sarif"), sarif})).reason.find("out/x.sarif") !=
        std::string::npos);
}

TEST_CASE("job: metrics are told, and a crossed red line fails the step whatever its command returned") {
  Bench bench;
  auto metrics = action("metrics");
  metrics.paths = std::vector<std::string>{".metrics"};
  metrics.always = true;
  metrics.redlines = std::vector<RedLine>{{"p3c.critical", "LE", 1}};
  const auto run = [&](const std::string& text) {
    return bench.run(bench.order({script("printf '" + text + "' > .metrics"), metrics}));
  };
  CHECK(run("p3c.critical 1\\nscan.gaps 0\\n").state == "succeeded");
  REQUIRE(bench.observer->metric_reports.size() == 2);
  CHECK(bench.observer->metric_reports[0].limit == 1);
  CHECK(run("p3c.critical 2\\n").reason == "step One: p3c.critical is 2: the red line is <= 1");
  CHECK(bench.observer->metric_reports.size() == 1);  // told, though crossed
  CHECK(run("p3c.critical many\\n").reason.find("line 1 of the metrics: expected NAME NUMBER") != std::string::npos);
  CHECK(run("p3c.other 1\\n").reason.find("the step reported no such metric") != std::string::npos);
  CHECK(bench.run(bench.order({script("ln -s /etc/passwd .metrics"), metrics})).state == "failed");
}

TEST_CASE("job: a step finds this program where it is told, and may start it") {
  Bench bench;
  CHECK(bench.run(bench.order({script("\"$SAMPAN_PROGRAM\" --help | grep doctest; test ! -w \"$SAMPAN_PROGRAM\"")}))
            .state == "succeeded");
}

TEST_CASE("job: links and pipes in the place of $FLOW_ENV are not read") {
  Bench bench;
  CHECK(bench.run(bench.order({script("rm $FLOW_ENV; ln -s /etc/passwd $FLOW_ENV")})).state == "succeeded");
  CHECK(bench.sink->has("$FLOW_ENV is not read"));
  CHECK(bench.observer->variables.empty());
  CHECK(bench.run(bench.order({script("rm $FLOW_ENV; mkfifo $FLOW_ENV")})).state == "succeeded");
  CHECK(bench.sink->has("is not a plain file"));
}

TEST_CASE("job: a cache stays between jobs, and a higher generation begins anew") {
  Bench bench;
  auto order = bench.order({script("cat ~/.m2/seen 2>/dev/null || echo cold; echo warm > ~/.m2/seen")});
  order.caches = {{"key", "~/.m2", 1}};
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("cold\n"));
  REQUIRE(bench.observer->cache_reports.size() == 1);
  CHECK(bench.observer->cache_reports[0].size > 0);
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("warm\n"));
  order.caches[0].generation = 2;
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("cold\n"));
}

TEST_CASE("job: one that fails with a broken cache is tried without it, passes, and the cache is dropped") {
  Bench bench;
  auto junit = action("junit_report");
  junit.paths = std::vector<std::string>{"*.xml"};
  junit.always = true;
  auto order = bench.order({script("echo run > r.xml; test ! -e ~/.m2/broken"), junit});
  order.caches = {{"key", "~/.m2", 1}};
  auto breaking = order;
  breaking.steps[0].actions = {script("touch ~/.m2/broken")};
  REQUIRE(bench.run(breaking).state == "succeeded");
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("trying it once without"));
  CHECK(bench.sink->has("the old cache was broken and is dropped"));
  CHECK(bench.observer->cache_reports[0].dropped);
  CHECK(bench.observer->reports.size() == 1);  // the first attempt's tests do not count
  CHECK(bench.run(order).state == "succeeded");
  CHECK(!bench.sink->has("trying it once without"));
}

TEST_CASE("job: one that fails with and without its cache keeps the cache") {
  Bench bench;
  auto order = bench.order({script("touch ~/.m2/good")});
  order.caches = {{"key", "~/.m2", 1}};
  REQUIRE(bench.run(order).state == "succeeded");
  order.steps[0].actions = {script("exit 1")};
  CHECK(bench.run(order).reason == "step One: exit code 1");
  CHECK(bench.sink->has("the cache is kept"));
  order.steps[0].actions = {script("test -e ~/.m2/good")};
  CHECK(bench.run(order).state == "succeeded");
}

TEST_CASE("job: a short secret is said to be unmasked, once") {
  Bench bench;
  auto order = bench.order({script("echo abc")});
  order.secrets = {{"S", "abc"}};
  CHECK(bench.run(order).state == "succeeded");
  CHECK(bench.sink->has("a secret shorter than 6 characters is not masked"));
}

TEST_CASE("job: the cgroup goes on to a job with the same limits, empty; for others there is a new one") {
  Bench bench;
  bench.hands_on = true;
  const auto limit = [&](std::int64_t bytes) {
    // The file is there under one of the two names: the other's absence is no failure.
    auto order =
        bench.order({script("(trap '' TERM; sleep 987654) & cat /sys/fs/cgroup/*/memory.limit_in_bytes "
                            "/sys/fs/cgroup/memory.max 2> /dev/null || true")});
    order.sandbox.memory_bytes = bytes;
    CHECK(bench.run(order).state == "succeeded");
    CHECK(bench.sink->has(fmt::format("{}\n", bytes)));
    CHECK(bench.cgroup.processes().empty());
    CHECK(Cgroup::find(cgroup_prefix(bench.folders.root)).size() == 1);
    struct stat entry {};
    REQUIRE(::stat(bench.cgroup.folders().front().c_str(), &entry) == 0);
    return entry.st_ino;
  };
  const auto first = limit(256 << 20);
  CHECK(limit(256 << 20) == first);
  CHECK(limit(512 << 20) != first);
  bench.hands_on = false;
  bench.cgroup.destroy();
  bench.run(bench.order({script("true")}));
  CHECK(Cgroup::find(cgroup_prefix(bench.folders.root)).empty());
}
