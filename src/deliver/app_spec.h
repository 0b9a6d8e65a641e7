// What an application is, read from `.sampan/app.yaml` (docs/formats/app.md): the same file for every environment, what
// differs stands under `environments`. Pure: text in, spec or diagnoses out.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/yaml.h"
#include "deliver/target.h"

namespace sampan::deliver {

enum class FailurePolicy { rollback, freeze, hold };
std::string_view to_text(FailurePolicy policy);
std::optional<FailurePolicy> parse_failure_policy(std::string_view text);

struct Scale {
  int instances = 1, least = 1, most = 1, spare = 0;
  double requests_per_second = 0, cpu_percent = 0, memory_percent = 0;  // targets per instance; 0: not scaled by it
  std::chrono::milliseconds down_after{60'000};
};

// How a new release takes the place of the one before: in so many batches, each watched for `wait` before the next.
struct Strategy {
  int batches = 1;
  std::chrono::milliseconds wait{0};
};

struct AppSpec {
  std::string application;
  int port = 8080;
  std::vector<std::string> command;
  Probe startup, readiness;
  std::optional<Probe> liveness;
  std::uint64_t memory_bytes = 0;
  double cpus = 0;
  Scale scale;
  Strategy strategy;
  std::vector<std::pair<std::string, std::string>> config;
  std::vector<std::string> secrets;
  std::chrono::milliseconds keep_warm{15 * 60'000}, drain{30'000}, stop_grace{30'000}, start_deadline{120'000};
  std::optional<FailurePolicy> on_failure;  // absent: the environment's
};

struct SpecReading {
  std::optional<AppSpec> spec;
  std::vector<Diagnosis> errors;
};  // spec absent when there are errors
SpecReading read_app_spec(std::string_view text, const std::string& file, std::string_view environment);

}  // namespace sampan::deliver
