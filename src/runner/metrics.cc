#include "runner/metrics.h"

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace sampan::runner {

namespace {

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 100 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string_view::npos;
}

bool holds(const MetricReport& metric) {
  if (metric.comparator == "LE") return metric.value <= metric.limit;
  if (metric.comparator == "GE") return metric.value >= metric.limit;
  if (metric.comparator == "EQ") return metric.value == metric.limit;
  return true;
}

std::string_view sign(std::string_view comparator) {
  return comparator == "LE" ? "<=" : comparator == "GE" ? ">=" : "=";
}

}  // namespace

Result<std::vector<MetricReport>> parse_metrics(std::string_view text) {
  std::vector<MetricReport> metrics;
  int number = 0;
  for (const auto& raw : split(text, '\n')) {
    ++number;
    const auto line = trim(raw);
    if (line.empty()) continue;
    const auto space = std::min(line.find(' '), line.size());
    const auto name = line.substr(0, space), value = trim(line.substr(space));
    MetricReport metric{std::string(name), 0, "", 0};
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), metric.value);
    if (!is_name(name) || error != std::errc() || end != value.data() + value.size() || !std::isfinite(metric.value))
      return fail(Errc::invalid, "line {} of the metrics: expected NAME NUMBER, found '{}'", number,
                  to_valid_utf8(line.substr(0, 80)));
    if (metrics.size() == kMostMetrics) return fail(Errc::invalid, "more than {} metrics", kMostMetrics);
    metrics.push_back(std::move(metric));
  }
  return metrics;
}

Result<void> draw(const std::vector<RedLine>& lines, std::vector<MetricReport>& metrics) {
  for (const auto& line : lines) {
    const auto found = std::find_if(metrics.begin(), metrics.end(),
                                    [&](const MetricReport& metric) { return metric.name == line.metric; });
    if (found == metrics.end()) {
      std::vector<std::string> names;
      for (const auto& metric : metrics) names.push_back(metric.name);
      return fail(Errc::invalid, "the red line of '{}': the step reported no such metric{}", line.metric,
                  did_you_mean(line.metric, names));
    }
    found->comparator = line.comparator;
    found->limit = line.limit;
  }
  return {};
}

std::string breaches(const std::vector<MetricReport>& metrics) {
  std::string told;
  for (const auto& metric : metrics) {
    if (!holds(metric))
      told += fmt::format("{}{} is {}: the red line is {} {}", told.empty() ? "" : "; ", metric.name, metric.value,
                          sign(metric.comparator), metric.limit);
  }
  return told;
}

}  // namespace sampan::runner
