#include "app/config.h"

#include <doctest/doctest.h>

#include "base/files.h"

using namespace sampan;

TEST_CASE("config: the example file holds every key with its default") {
  const auto text = sampan::read_file(SAMPAN_SOURCE_DIR "/docs/config.example.yaml");
  REQUIRE(text.has_value());
  const auto example = app::parse_config(*text, "config.example.yaml");
  REQUIRE_MESSAGE(example.has_value(), (example.has_value() ? "" : example.error().message));
  const auto defaults = app::parse_config("", "defaults");
  REQUIRE(defaults.has_value());
  CHECK(example->data == defaults->data);
  CHECK(example->server.port == defaults->server.port);
  CHECK(example->lease == defaults->lease);
  CHECK(example->max_blob_bytes == defaults->max_blob_bytes);
  CHECK(example->first_port == defaults->first_port);
  CHECK(example->engine == defaults->engine);
  CHECK(example->merge_window == defaults->merge_window);
  CHECK(example->scan.pushes == defaults->scan.pushes);
  CHECK(example->scan.patience == defaults->scan.patience);
  CHECK(example->database == defaults->database);
}

TEST_CASE("config: an unknown key stops the start and names the nearest") {
  const auto wrong = app::parse_config("server:\n  prot: 80\n", "sampan.yaml");
  REQUIRE(!wrong.has_value());
  CHECK(wrong.error().message.find("sampan.yaml:2:3") != std::string::npos);
  CHECK(wrong.error().message.find("'port'") != std::string::npos);
}

TEST_CASE("config: an engine that is not known is named with those that are") {
  const auto wrong = app::parse_config("deliver:\n  engine: containerd\n", "sampan.yaml");
  REQUIRE(!wrong.has_value());
  CHECK(wrong.error().message.find("sampan.yaml:2") != std::string::npos);
  CHECK(wrong.error().message.find("auto, podman or docker") != std::string::npos);
}

TEST_CASE("config: ports that end before they begin are named") {
  const auto config = app::parse_config("deliver:\n  firstPort: 8100\n  lastPort: 6398\n", "sampan.yaml");
  REQUIRE_FALSE(config.has_value());
  CHECK(config.error().message.find("'lastPort' is 6398: expected 8100 ('firstPort') or more") != std::string::npos);
}

TEST_CASE("config: a value out of range says what was expected") {
  const auto wrong = app::parse_config("server:\n  port: 70000\n", "sampan.yaml");
  REQUIRE(!wrong.has_value());
  CHECK(wrong.error().message.find("65535") != std::string::npos);
}
