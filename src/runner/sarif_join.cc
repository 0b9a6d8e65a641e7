#include "runner/sarif_join.h"

#include <boost/json.hpp>

#include "base/json.h"

namespace sampan::runner {

Result<void> SarifJoin::add(std::string_view file) {
  if (file.starts_with("\xEF\xBB\xBF")) file.remove_prefix(3);
  const Json document = TRY(parse_json(file));
  const auto* log = document.if_object();
  const auto* version = log ? log->if_contains("version") : nullptr;
  const auto* runs = log ? log->if_contains("runs") : nullptr;
  if (!version || !version->is_string() || !version->get_string().starts_with("2.1.0") || !runs || !runs->is_array())
    return fail(Errc::invalid, "expected SARIF with \"version\": \"2.1.0\" and a list of runs");
  for (const auto& run : runs->get_array()) {
    if (!runs_.empty()) runs_ += ',';
    append_json(runs_, run);
  }
  return {};
}

Result<std::string> SarifJoin::text(std::size_t most) const {
  auto whole = R"({"version":"2.1.0","runs":[)" + runs_ + "]}";
  if (whole.size() > most)
    return fail(Errc::too_large, "the SARIF files together are over {} MiB, which is the most that is taken",
                most >> 20);
  return whole;
}

}  // namespace sampan::runner
