// `sampan scan`: the engines at work here, on a folder; no server is asked.
#include "base/enum_text.h"
#include "base/files.h"
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

scan::Engines engines_of(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const auto has = [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  return {has("p3c"), has("secrets")};
}

// What a pipeline's red lines compare.
std::string metrics_of(const scan::Scanned& scanned, scan::Engines engines) {
  std::string text;
  const auto of = [&](std::string_view engine) {
    for (const auto severity : {scan::Severity::blocker, scan::Severity::critical, scan::Severity::major}) {
      const auto number = std::count_if(scanned.findings.begin(), scanned.findings.end(), [&](const auto& finding) {
        return finding.engine == engine && finding.severity == severity;
      });
      text += fmt::format("{}.{} {}\n", engine, enum_text(severity), number);
    }
  };
  if (engines.p3c) of("p3c");
  if (engines.secrets) of("secrets");
  return text + fmt::format("scan.gaps {}\n", scanned.gaps.size());
}

}  // namespace

Result<int> scan_folder(World& world, const ScanRequest& request) {
  const auto format = enum_from<scan::Format>(request.format);
  if (!format) return fail(Errc::invalid, "--format '{}': there are text, json, sarif and junit", request.format);
  auto settings = TRY(scan::load_settings(request.folder));
  settings.exclude.insert(settings.exclude.end(), request.exclude.begin(), request.exclude.end());
  scan::FolderOptions options;
  options.engines = engines_of(request.engines);
  options.threads = request.threads;
  options.progress = progress_to(world, request.progress);
  const auto scanned = TRY(scan::scan_folder(settings, request.folder, options));
  const auto verdict = scan::judge(scanned, settings.limits);
  const auto language = request.chinese ? scan::Language::zh : scan::Language::en;
  world.out(scan::write(scanned, verdict, *format, language));
  if (!request.metrics.empty()) TRY(write_file_durably(request.metrics, metrics_of(scanned, options.engines)));
  if (!request.junit.empty())
    TRY(write_file_durably(request.junit, scan::write(scanned, verdict, scan::Format::junit, language)));
  return exit_code_of(verdict);
}

}  // namespace sampan::cli
