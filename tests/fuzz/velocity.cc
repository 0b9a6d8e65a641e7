// A Velocity template: its references, and the rules that read them.
#include "fuzz.h"
#include "scan/scan.h"
#include "scan/velocity/template.h"

using namespace sampan;

FUZZ(input) {
  std::uint32_t end = 0;
  for (const auto& reference : scan::velocity::references(input)) {
    PROMISE(reference.start >= end && reference.start < reference.end && reference.end <= input.size());
    PROMISE(input[reference.start] == '$' && !reference.name.empty());
    end = reference.end;
  }
  static const scan::Settings settings;
  const auto scanned = scan::scan_file(settings, "page.vm", std::string(input));
  PROMISE(scanned.files == 1);
  for (const auto& gap : scanned.gaps) PROMISE(gap.reason.en.find("failed:") == std::string::npos);
}
