// For tests: what `sampan scan-worker FOLDER` is, with one rule more, which goes wrong as testing.h says.
#include "scan/crew.h"
#include "scan/testing.h"

int main(int argc, char** argv) {
  using namespace sampan::scan;
  if (argc > 2) testing::held_file() = std::string(argv[2]) + "/held";
  const auto all = p3c::all_rules();
  std::vector<const p3c::Rule*> rules(all.begin(), all.end());
  rules.push_back(&testing::kWayward);
  return work_for_crew(rules);
}
