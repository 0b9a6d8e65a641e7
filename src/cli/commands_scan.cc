// `sampan scan`: the engines at work here, on a folder; no server is asked.
#include "base/enum_text.h"
#include "cli/commands.h"
#include "scan/scan.h"

namespace sampan::cli {

namespace {

int exit_code_of(scan::Verdict verdict) {
  switch (verdict) {
    case scan::Verdict::clean: return kDone;
    case scan::Verdict::over_limit: return kFailed;
    case scan::Verdict::incomplete: return kIncomplete;
  }
  return kFailed;
}

// Speaks at each hundredth file, and only of long work.
std::function<void(int, int)> progress_to(World& world, bool shown) {
  if (!shown) return {};
  return [&world](int done, int all) {
    if (all >= 500 && (done % 100 == 0 || done == all))
      world.err(fmt::format("\r{}/{}{}", done, all, done == all ? "\n" : ""));
  };
}

}  // namespace

Result<int> scan_folder(World& world, const ScanRequest& request) {
  const auto format = enum_from<scan::Format>(request.format);
  if (!format) return fail(Errc::invalid, "--format '{}': there are text, json, sarif and junit", request.format);
  const auto settings = TRY(scan::load_settings(request.folder));
  scan::FolderOptions options;
  options.threads = request.threads;
  options.progress = progress_to(world, request.progress);
  const auto scanned = TRY(scan::scan_folder(settings, request.folder, options));
  const auto verdict = scan::judge(scanned, settings.limits);
  world.out(scan::write(scanned, verdict, *format, request.chinese ? scan::Language::zh : scan::Language::en));
  return exit_code_of(verdict);
}

}  // namespace sampan::cli
