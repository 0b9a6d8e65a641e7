// `sampan scan`, `sbom` and `advisories`: the engines at work here, on a folder or on what git holds of it; no server
// is asked.
#include <filesystem>
#include <set>

#include "base/enum_text.h"
#include "base/files.h"
#include "base/text.h"
#include "cli/commands.h"
#include "scan/packages.h"
#include "scan/sarif.h"
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

// Of long work only, where somebody sees it or asked for it: "[=====     ] 600/1200", drawn anew at each hundredth.
std::function<void(int, int)> progress_to(World& world, bool asked) {
  if (!asked && !world.err_is_terminal) return {};
  return [&world](int done, int all) {
    constexpr int kLong = 500, kStep = 100, kWidth = 40;
    if (all < kLong || (done % kStep != 0 && done != all)) return;
    const auto filled = static_cast<int>(std::int64_t{kWidth} * done / all);
    world.err(
        fmt::format("\r[{:=<{}}{: <{}}] {}/{}{}", "", filled, "", kWidth - filled, done, all, done == all ? "\n" : ""));
  };
}

struct Chosen {
  scan::Engines engines{};
  bool packages = true;
};

Chosen chosen_of(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  const auto has = [&](std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  return {{has("p3c"), has("secrets")}, has("packages")};
}

std::string metric_name(std::string_view engine) {
  std::string name = lower(engine);
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!plain) c = '-';
  }
  return name;
}

// What a pipeline's red lines compare. Of other tools "eslint.critical": a metric's name holds no spaces.
std::string metrics_of(const scan::Scanned& scanned, const Chosen& chosen, const std::set<std::string>& tools) {
  std::string text;
  const auto of = [&](std::string_view engine) {
    for (const auto severity : {scan::Severity::blocker, scan::Severity::critical, scan::Severity::major}) {
      const auto number = std::count_if(scanned.findings.begin(), scanned.findings.end(), [&](const auto& finding) {
        return finding.engine == engine && finding.severity == severity;
      });
      text += fmt::format("{}.{} {}\n", metric_name(engine), enum_text(severity), number);
    }
  };
  if (chosen.engines.p3c) of("p3c");
  if (chosen.engines.secrets) of("secrets");
  if (chosen.packages) of("packages");
  for (const auto& tool : tools) of(tool);
  return text + fmt::format("scan.gaps {}\n", scanned.gaps.size());
}

// The results of other tools on the same folder join `all`; returns the tools.
Result<std::set<std::string>> import_results(scan::Scanned& all, const ScanRequest& request) {
  std::set<std::string> tools;
  std::error_code error;
  const auto root = std::filesystem::canonical(request.folder, error).string();
  for (const auto& file : request.imports) {
    scan::SarifSource source{file, root};
    source.read = [&](const std::set<std::string>& paths, const scan::SarifSource::Take& take) -> Result<void> {
      for (const auto& path : paths) {
        const auto inside = std::filesystem::weakly_canonical(root + "/" + path, error).string();
        if (!inside.starts_with(root + "/")) continue;  // a link that leads out
        if (const auto text = read_file(inside, scan::kMostBytes)) take(path, *text);
      }
      return {};
    };
    const auto text = TRY(read_file(file, scan::kMostSarifBytes + 1));
    for (auto& results : TRY(scan::read_sarif(text, source))) {
      if (results.tool != scan::kOwnTool) tools.insert(results.tool);
      scan::merge(all, std::move(results.scanned));
    }
  }
  return tools;
}

// What a folder's manifests name, with Maven's local repository where there is one.
Result<scan::Inventory> read_inventory(const scan::Settings& settings, const std::string& folder,
                                       const std::string& maven) {
  const auto code = TRY(scan::code_tree(settings, folder));
  std::unique_ptr<scan::Tree> repository;
  if (exists(maven)) repository = TRY(scan::store_tree(maven));
  return scan::read_packages(*code, repository.get());
}

Result<scan::Scanned> scanned_as(const scan::Settings& settings, const ScanRequest& request,
                                 const scan::FolderOptions& options) {
  if (request.staged) return scan::scan_staged(settings, request.folder, options);
  if (!request.range.empty()) return scan::scan_range(settings, request.folder, request.range, options);
  if (request.history) return scan::scan_history(settings, request.folder, options);
  return scan::scan_folder(settings, request.folder, options);
}

std::string fix_summary(const std::vector<scan::FixedFile>& files, bool chinese) {
  std::string text;
  int fixed = 0, offered = 0;
  for (const auto& file : files) {
    fixed += file.fixed;
    offered += file.offered;
    const auto left = chinese ? "没有改：" + file.lack.zh : "left alone: " + file.lack.en;
    const auto done = fmt::format(fmt::runtime(chinese ? "改了 {} / {}" : "fixed {} of {}"), file.fixed, file.offered);
    text += fmt::format("{}: {}\n", file.path, file.lack.en.empty() ? done : left);
  }
  return text +
         fmt::format(fmt::runtime(chinese ? "能自动改的 {} 处，改了 {} 处\n" : "of {} that can be fixed, {} were\n"),
                     offered, fixed);
}

// Writes the fixes and looks again. What is staged is told as it is staged, until a person adds what was mended.
Result<void> fix_code(World& world, const scan::Settings& settings, const ScanRequest& request,
                      const scan::FolderOptions& options, scan::Scanned& scanned) {
  const auto files = request.staged ? TRY(scan::fix_staged(settings, request.folder, scanned))
                                    : scan::fix_folder(settings, request.folder, scanned);
  world.err(fix_summary(files, request.chinese));
  if (!request.staged) scanned = TRY(scanned_as(settings, request, options));
  return {};
}

}  // namespace

Result<int> scan_code(World& world, const ScanRequest& request) {
  const auto format = enum_from<scan::Format>(request.format);
  if (!format) return fail(Errc::invalid, "--format '{}': there are text, json, sarif and junit", request.format);
  auto settings = TRY(scan::load_settings(request.folder));
  settings.exclude.insert(settings.exclude.end(), request.exclude.begin(), request.exclude.end());
  const auto chosen = chosen_of(request.engines);
  scan::FolderOptions options;
  options.engines = chosen.engines;
  options.threads = request.threads;
  options.progress = progress_to(world, request.progress);
  auto scanned = TRY(scanned_as(settings, request, options));
  if (request.fix) TRY(fix_code(world, settings, request, options, scanned));
  if (chosen.packages && !request.staged && request.range.empty() && !request.history) {
    const auto inventory =
        TRY(read_inventory(settings, request.folder, request.maven.empty() ? world.maven : request.maven));
    const auto& advisories = request.advisories.empty() ? world.advisories : request.advisories;
    scan::merge(scanned, scan::check_packages(settings, inventory, {advisories, world.now()}));
  }
  const auto tools = TRY(import_results(scanned, request));
  const auto verdict = scan::judge(scanned, settings.limits);
  const auto language = request.chinese ? scan::Language::zh : scan::Language::en;
  world.out(scan::write(scanned, verdict, *format, language));
  if (!request.metrics.empty()) TRY(write_file_durably(request.metrics, metrics_of(scanned, chosen, tools)));
  if (!request.junit.empty())
    TRY(write_file_durably(request.junit, scan::write(scanned, verdict, scan::Format::junit, language)));
  return exit_code_of(verdict);
}

Result<int> advisories_import(World& world, const std::vector<std::string>& paths, const std::string& file) {
  const auto& target = file.empty() ? world.advisories : file;
  const auto report = TRY(scan::import_advisories(paths, target, world.now()));
  for (const auto& problem : report.problems) world.err(problem + "\n");
  if (report.malformed > report.problems.size())
    world.err(fmt::format("and {} more\n", report.malformed - report.problems.size()));
  world.out(
      fmt::format("{}: {} advisories for {} packages; left out: {} withdrawn, {} of ecosystems not read here; {} "
                  "malformed\n",
                  target, report.records, report.packages, report.withdrawn, report.elsewhere, report.malformed));
  return report.malformed > 0 ? kIncomplete : kDone;
}

Result<int> advisories_show(World& world, const std::string& file) {
  const auto& path = file.empty() ? world.advisories : file;
  const auto about = TRY(scan::show_advisories(path));
  world.out(fmt::format("{}: {} advisories for {} packages, imported {}\n", path, about.records, about.packages,
                        format_rfc3339(about.imported)));
  for (const auto& one : about.ecosystems)
    world.out(fmt::format("  {:<16} {:>8}  newest {}{}\n", one.ecosystem, one.records,
                          format_rfc3339(one.newest).substr(0, 10),
                          one.covered ? "" : "  (by the way only: its packages are not looked up with this file)"));
  return kDone;
}

Result<int> bill_of_materials(World& world, const std::string& folder, const std::string& format,
                              const std::string& maven) {
  if (format != "cyclonedx") return fail(Errc::invalid, "--format '{}': there is cyclonedx", format);
  const auto settings = TRY(scan::load_settings(folder));
  const auto inventory = TRY(read_inventory(settings, folder, maven.empty() ? world.maven : maven));
  std::error_code error;
  const auto name = std::filesystem::weakly_canonical(folder, error).filename().string();
  world.out(scan::cyclonedx(inventory, name, world.now()));
  for (const auto& gap : inventory.gaps) world.err(fmt::format("{}:{}: {}\n", gap.path, gap.line, gap.reason.en));
  return inventory.gaps.empty() ? kDone : kIncomplete;
}

}  // namespace sampan::cli
