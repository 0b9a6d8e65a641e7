// The other YAML files people write: scan.yaml and the server's configuration.
#include "app/config.h"
#include "base/config.h"
#include "fuzz.h"
#include "scan/settings.h"

using namespace sampan;

FUZZ(input) {
  if (const auto settings = scan::read_settings(input, ".sampan/scan.yaml"); settings.has_value()) {
    settings->excludes("src/main/java/A.java");
  } else {
    PROMISE(!settings.error().message.empty());
  }
  if (const auto config = app::parse_config(input, "sampan.yaml"); config.has_value()) {
    PROMISE(config->first_port > 0 && config->last_port < 65536 && config->first_port <= config->last_port);
  }
  parse_duration(input.substr(0, 40)).has_value();
  parse_size(input.substr(0, 40)).has_value();
}
