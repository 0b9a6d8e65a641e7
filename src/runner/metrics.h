// Numbers a step reports, and the red lines (红线) they are held against. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runner/order.h"
#include "runner/wire.h"

namespace sampan::runner {

inline constexpr std::size_t kMostMetrics = 200;

// Lines "NAME NUMBER": a name of letters, digits, '.', '_' and '-'. invalid names the line.
Result<std::vector<MetricReport>> parse_metrics(std::string_view text);
// Puts each red line beside its metric. invalid: a line whose metric was not reported; nothing known is not good.
Result<void> draw(const std::vector<RedLine>& lines, std::vector<MetricReport>& metrics);
// "p3c.critical is 3: the red line is <= 0"; empty: below every line.
std::string breaches(const std::vector<MetricReport>& metrics);

}  // namespace sampan::runner
