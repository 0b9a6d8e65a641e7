#include <array>
#include <cmath>

#include "base/text.h"
#include "scan/packages/osv.h"

namespace sampan::scan::packages {

namespace {

struct Metric {
  std::string_view name, values;
  std::array<double, 4> weights;  // section 7.4, in the order of `values`
};
constexpr std::array<Metric, 7> kMetrics{{{"AV", "NALP", {0.85, 0.62, 0.55, 0.2}},
                                          {"AC", "LH", {0.77, 0.44}},
                                          {"PR", "NLH", {0.85, 0.62, 0.27}},
                                          {"UI", "NR", {0.85, 0.62}},
                                          {"C", "HLN", {0.56, 0.22, 0}},
                                          {"I", "HLN", {0.56, 0.22, 0}},
                                          {"A", "HLN", {0.56, 0.22, 0}}}};

std::optional<char> value_of(std::string_view vector, std::string_view metric) {
  for (const auto& part : split(vector, '/')) {
    const auto colon = part.find(':');
    if (part.substr(0, colon) == metric && colon + 2 == part.size()) return part[colon + 1];
  }
  return std::nullopt;
}

// Appendix A, Roundup: to the next tenth, without what floating point adds.
int roundup_tenths(double score) {
  const auto exact = std::llround(score * 100'000);
  return static_cast<int>(exact % 10'000 == 0 ? exact / 10'000 : exact / 10'000 + 1);
}

}  // namespace

std::optional<int> cvss3_tenths(std::string_view vector) {
  if (!vector.starts_with("CVSS:3.0/") && !vector.starts_with("CVSS:3.1/")) return std::nullopt;
  const auto scope = value_of(vector, "S");
  if (!scope || (*scope != 'U' && *scope != 'C')) return std::nullopt;
  const bool changed = *scope == 'C';
  std::array<double, 7> w{};
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    const auto value = value_of(vector, kMetrics[i].name);
    const auto place = value ? kMetrics[i].values.find(*value) : std::string_view::npos;
    if (place == std::string_view::npos) return std::nullopt;
    w[i] = kMetrics[i].weights[place];
    if (changed && kMetrics[i].name == "PR" && *value != 'N') w[i] = *value == 'L' ? 0.68 : 0.5;
  }
  const double iss = 1 - (1 - w[4]) * (1 - w[5]) * (1 - w[6]);
  const double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * std::pow(iss - 0.02, 15) : 6.42 * iss;
  const double exploitability = 8.22 * w[0] * w[1] * w[2] * w[3];
  if (impact <= 0) return 0;
  return roundup_tenths(std::min((changed ? 1.08 : 1.0) * (impact + exploitability), 10.0));
}

Weight weight_of_score(int tenths) {
  return tenths >= 70 ? Weight::high : tenths >= 40 ? Weight::medium : tenths > 0 ? Weight::low : Weight::unknown;
}

}  // namespace sampan::scan::packages
