#include "scan/scan.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "base/files.h"
#include "scan/encoding.h"
#include "scan/p3c/engine.h"
#include "scan/p3c/rules/rules.h"
#include "scan/walk.h"

namespace sampan::scan {

namespace {

Scanned unread(const std::string& path, Text reason) {
  Scanned scanned;
  scanned.files = 1;
  scanned.gaps.push_back({path, 0, "", std::move(reason)});
  return scanned;
}

Scanned too_large(const std::string& path) {
  return unread(path, {fmt::format("没有检查：文件超过 {} MiB", kMostBytes >> 20),
                       fmt::format("not checked: over {} MiB", kMostBytes >> 20)});
}

Scanned from_disk(Scanner& scanner, const std::string& folder, const Found& file) {
  if (file.size > kMostBytes) return too_large(file.path);
  auto bytes = read_file(folder + "/" + file.path, kMostBytes + 1);
  if (!bytes.has_value())
    return unread(file.path, {"没有检查：" + bytes.error().message, "not checked: " + bytes.error().message});
  return scanner.file(file.path, std::move(*bytes));
}

}  // namespace

bool is_source(std::string_view path) { return p3c::reads(path); }

struct Scanner::Parts {
  std::optional<p3c::Engine> p3c;
};

Scanner::Scanner(const Settings& settings, Engines engines) : parts_(std::make_unique<Parts>()) {
  if (engines.p3c) parts_->p3c.emplace(settings, p3c::all_rules());
}
Scanner::Scanner(Scanner&&) noexcept = default;
Scanner::~Scanner() = default;

Scanned Scanner::file(const std::string& path, std::string bytes) {
  if (!parts_->p3c || !p3c::reads(path)) return {};
  if (bytes.size() > kMostBytes) return too_large(path);
  const auto size = bytes.size();
  const auto decoded = decode(std::move(bytes));
  if (!decoded) return unread(path, {"没有检查：是二进制文件", "not checked: it is binary"});
  auto outcome = parts_->p3c->check(path, decoded->text);
  Scanned scanned{std::move(outcome.findings), std::move(outcome.gaps), outcome.suppressed, 1, size};
  if (!decoded->whole)
    scanned.gaps.push_back(
        {path, 0, "", {"有的字节在 UTF-8 和 GBK 里都不是文字", "some bytes are text neither in UTF-8 nor in GBK"}});
  return scanned;
}

Scanned scan_file(const Settings& settings, const std::string& path, std::string bytes) {
  return Scanner(settings).file(path, std::move(bytes));
}

Result<Scanned> scan_folder(const Settings& settings, const std::string& folder, const FolderOptions& options) {
  const std::vector<Found> files = TRY(find_files(settings, folder, p3c::reads));
  std::vector<Scanned> parts(files.size());
  std::atomic<std::size_t> next = 0;
  std::mutex speaking;
  int done = 0;
  const auto work = [&] {
    Scanner scanner(settings, options.engines);
    for (std::size_t i = next++; i < files.size(); i = next++) {
      parts[i] = from_disk(scanner, folder, files[i]);
      if (!options.progress) continue;
      const std::lock_guard lock(speaking);
      options.progress(++done, static_cast<int>(files.size()));
    }
  };
  {
    std::vector<std::jthread> others;
    const auto most = std::min<std::size_t>(files.size(), static_cast<std::size_t>(std::max(options.threads, 1)));
    for (std::size_t i = 1; i < most; ++i) others.emplace_back(work);
    work();
  }
  Scanned all;
  for (auto& part : parts) merge(all, std::move(part));
  return all;
}

void merge(Scanned& all, Scanned part) {
  const auto by_place = [](const auto& a, const auto& b) { return a.path < b.path; };
  const auto append = [&](auto& into, auto& from) {
    const auto middle = static_cast<std::ptrdiff_t>(into.size());
    std::move(from.begin(), from.end(), std::back_inserter(into));
    const bool in_order =
        middle == 0 || from.empty() || !by_place(into[into.size() - from.size()], into[into.size() - from.size() - 1]);
    if (!in_order) std::inplace_merge(into.begin(), into.begin() + middle, into.end(), by_place);
  };
  append(all.findings, part.findings);
  append(all.gaps, part.gaps);
  all.suppressed += part.suppressed;
  all.files += part.files;
  all.bytes += part.bytes;
}

int count(const Scanned& scanned, Severity severity) {
  return static_cast<int>(std::count_if(scanned.findings.begin(), scanned.findings.end(),
                                        [&](const Finding& finding) { return finding.severity == severity; }));
}

Verdict judge(const Scanned& scanned, const Limits& limits) {
  const auto over = [&](Severity severity, const std::optional<int>& most) {
    return most && count(scanned, severity) > *most;
  };
  if (over(Severity::blocker, limits.blocker) || over(Severity::critical, limits.critical) ||
      over(Severity::major, limits.major))
    return Verdict::over_limit;
  return scanned.gaps.empty() ? Verdict::clean : Verdict::incomplete;
}

}  // namespace sampan::scan
