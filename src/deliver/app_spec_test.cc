#include "deliver/app_spec.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "deliver/deliver.h"

using namespace sampan;
using namespace sampan::deliver;

namespace {
std::string first_error(std::string_view text, std::string_view environment = "daily") {
  const auto reading = read_app_spec(text, "app.yaml", environment);
  return reading.errors.empty() ? std::string("no error") : format(reading.errors.front());
}
}  // namespace

TEST_CASE("app.yaml: what differs for an environment joins what holds for all") {
  const auto text =
      "application: shop\nconfig: { A: one, B: two }\nsecrets: [ S ]\nscale: { instances: 1 }\nenvironments:\n  "
      "production:\n    config: { A: other }\n    secrets: [ T ]\n"
      "    scale: { instances: 2, min: 2, max: 4, requestsPerSecond: 150, spare: 1 }\n";
  const auto daily = read_app_spec(text, "app.yaml", "daily"),
             production = read_app_spec(text, "app.yaml", "production");
  REQUIRE(daily.spec);
  REQUIRE(production.spec);
  CHECK(daily.spec->scale.instances == 1);
  CHECK(production.spec->scale.most == 4);
  CHECK(production.spec->secrets == std::vector<std::string>{"S", "T"});
  CHECK(std::find(production.spec->config.begin(), production.spec->config.end(),
                  std::pair<std::string, std::string>("A", "other")) != production.spec->config.end());
  CHECK(std::find(daily.spec->config.begin(), daily.spec->config.end(),
                  std::pair<std::string, std::string>("A", "one")) != daily.spec->config.end());
}

TEST_CASE("app.yaml: an unknown key is an error with line, column and the nearest name") {
  const auto said = first_error("application: shop\nprot: 80\n");
  CHECK(said.find("app.yaml:2:1") != std::string::npos);
  CHECK(said.find("'port'") != std::string::npos);
}

TEST_CASE("app.yaml: batches may be another number in another environment") {
  const auto text = "application: shop\nenvironments: { production: { strategy: { batches: 3, wait: 2m } } }\n";
  CHECK(read_app_spec(text, "app.yaml", "daily").spec->strategy.batches == 1);
  CHECK(read_app_spec(text, "app.yaml", "production").spec->strategy.batches == 3);
  CHECK(read_app_spec(text, "app.yaml", "production").spec->strategy.wait == std::chrono::minutes(2));
  CHECK(first_error("application: shop\nstrategy: { batches: 0 }\n").find("batches") != std::string::npos);
  CHECK(first_error("application: shop\nstrategy: { batchs: 2 }\n").find("'batches'") != std::string::npos);
}

TEST_CASE("app.yaml: a mistake under another environment is told now") {
  CHECK(first_error("application: shop\nenvironments:\n  production:\n    drian: 5s\n").find("drain") !=
        std::string::npos);
}

TEST_CASE("app.yaml: impossible numbers and names are refused with what was expected") {
  CHECK(first_error("application: shop\nscale: { instances: 5, min: 1, max: 3 }\n").find("no error") !=
        std::string::npos);  // max grows with instances
  CHECK(first_error("application: shop\nscale: { instances: 1, min: 4, max: 3 }\n").find("min <= max") !=
        std::string::npos);
  CHECK(first_error("application: ../etc\n").find("application") != std::string::npos);
  CHECK(first_error("application: shop\nprobes: { readiness: { http: health } }\n").find("begins with /") !=
        std::string::npos);
  CHECK(first_error("application: shop\nonFailure: explode\n").find("rollback, freeze or hold") != std::string::npos);
  CHECK(first_error("- a\n").find("mapping") != std::string::npos);
}

TEST_CASE("app.yaml: the committed reference is what the program prints") {
  const auto committed = sampan::read_file(SAMPAN_SOURCE_DIR "/docs/formats/app.md");
  REQUIRE(committed.has_value());
  CHECK(*committed == app_reference());
}
