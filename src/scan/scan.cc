#include "scan/scan.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <tuple>

#include "base/files.h"
#include "scan/apart.h"
#include "scan/encoding.h"
#include "scan/p3c/engine.h"
#include "scan/p3c/rules/rules.h"
#include "scan/secrets/allow.h"
#include "scan/secrets/engine.h"
#include "scan/walk.h"
#include "scan/windows.h"

namespace sampan::scan {

namespace {

Scanned unread(const std::string& path, Text reason) {
  Scanned scanned;
  scanned.files = 1;
  scanned.gaps.push_back({path, 0, "", std::move(reason)});
  return scanned;
}

Scanned too_large(const std::string& path, std::size_t most) {
  return unread(path, {fmt::format("没有检查：文件超过 {} MiB", most >> 20),
                       fmt::format("not checked: over {} MiB", most >> 20)});
}

Scanned unreadable(const std::string& path, const Error& error) {
  return unread(path, {"没有检查：" + error.message, "not checked: " + error.message});
}

// In the order of lines, and each gap once: two engines may refuse one request.
void in_order(Scanned& scanned) {
  std::stable_sort(scanned.findings.begin(), scanned.findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.range.line, a.range.column) < std::tie(b.range.line, b.range.column);
  });
  std::vector<Gap> once;
  for (auto& gap : scanned.gaps) {
    const auto same = [&](const Gap& other) { return gap.line == other.line && gap.reason.en == other.reason.en; };
    if (std::none_of(once.begin(), once.end(), same)) once.push_back(std::move(gap));
  }
  scanned.gaps = std::move(once);
}

Scanned left_out(bool by_secrets) {
  Scanned scanned;
  scanned.binary = by_secrets ? 1 : 0;
  return scanned;
}

}  // namespace

bool is_source(std::string_view path) { return p3c::reads(path); }

struct Scanner::Parts {
  std::optional<p3c::Engine> p3c;
  std::optional<Result<secrets::Engine>> secrets;

  bool p3c_reads(const std::string& path) const { return p3c && p3c::reads(path); }
  bool secrets_reads(const std::string& path) const { return secrets && !secrets::is_never_text(path); }
  Scanned text(const std::string& path, const Decoded& decoded, bool with_p3c);
  Scanned in_pieces(const std::string& path, std::uint64_t size, const ReadAt& read);
};

Scanner::Scanner(const Settings& settings, Engines engines) : Scanner(settings, engines, p3c::all_rules()) {}
Scanner::Scanner(const Settings& settings, Engines engines, std::span<const p3c::Rule* const> rules)
    : parts_(std::make_unique<Parts>()) {
  if (engines.p3c) parts_->p3c.emplace(settings, rules);
  if (engines.secrets) parts_->secrets.emplace(secrets::Engine::create(settings));
}
Scanner::Scanner(Scanner&&) noexcept = default;
Scanner::~Scanner() = default;

Scanned Scanner::Parts::text(const std::string& path, const Decoded& decoded, bool with_p3c) {
  Scanned scanned;
  if (with_p3c) {
    auto outcome = p3c->check(path, decoded.text);
    merge(scanned, {std::move(outcome.findings), std::move(outcome.gaps), outcome.suppressed});
  }
  if (secrets_reads(path)) {
    if (!secrets->has_value()) return unreadable(path, secrets->error());
    auto outcome = (*secrets)->check(path, decoded.text);
    merge(scanned, {std::move(outcome.findings), std::move(outcome.gaps), outcome.suppressed});
  }
  in_order(scanned);
  return scanned;
}

// Too big for p3c, and for more than a piece of it in memory.
Scanned Scanner::Parts::in_pieces(const std::string& path, std::uint64_t size, const ReadAt& read) {
  if (!secrets_reads(path)) return too_large(path, kMostBytes);
  if (size > kMostSecretBytes) return too_large(path, kMostSecretBytes);
  if (!secrets->has_value()) return unreadable(path, secrets->error());
  Scanned scanned = look_through(**secrets, path, size, read);
  if (p3c_reads(path)) scanned.gaps.push_back(too_large(path, kMostBytes).gaps.front());
  return scanned;
}

std::optional<Scanned> seen_at_once(Engines engines, const std::string& path, std::string_view bytes) {
  const bool with_p3c = engines.p3c && p3c::reads(path);
  const bool with_secrets = engines.secrets && !secrets::is_never_text(path);
  if (!with_p3c && !with_secrets) return left_out(engines.secrets);
  if (with_p3c || secrets::is_named_as_text(path) || bytes.size() > kMostSecretBytes) return std::nullopt;
  return is_binary(bytes) ? std::optional(left_out(true)) : std::nullopt;
}

Scanned Scanner::file(const std::string& path, std::string bytes) {
  const bool with_p3c = parts_->p3c_reads(path);
  const auto size = bytes.size();
  const Engines engines{parts_->p3c.has_value(), parts_->secrets.has_value()};
  if (auto seen = seen_at_once(engines, path, bytes)) return std::move(*seen);
  if (size > kMostBytes)
    return parts_->in_pieces(path, size, [&](std::uint64_t offset, std::size_t length) -> Result<std::string> {
      return bytes.substr(offset, length);
    });
  const auto decoded = decode(std::move(bytes));
  if (!decoded && !with_p3c && !secrets::is_named_as_text(path)) return left_out(true);
  if (!decoded) return unread(path, {"没有检查：是二进制文件", "not checked: it is binary"});
  Scanned scanned = parts_->text(path, *decoded, with_p3c);
  scanned.files = 1;
  scanned.bytes = size;
  if (!decoded->whole && (with_p3c || secrets::is_named_as_text(path)))
    scanned.gaps.push_back(
        {path, 0, "", {"有的字节在 UTF-8 和 GBK 里都不是文字", "some bytes are text neither in UTF-8 nor in GBK"}});
  return scanned;
}

Scanned Scanner::file_of(const std::string& folder, const std::string& path, std::uint64_t size) {
  if (!parts_->p3c_reads(path) && !parts_->secrets_reads(path)) return left_out(parts_->secrets.has_value());
  if (size <= kMostBytes) {
    auto bytes = read_file(folder + "/" + path, kMostBytes + 1);
    return bytes.has_value() ? file(path, std::move(*bytes)) : unreadable(path, bytes.error());
  }
  const Fd opened(::open((folder + "/" + path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  return parts_->in_pieces(path, size, [&](std::uint64_t offset, std::size_t length) -> Result<std::string> {
    std::string piece(length, '\0');
    std::size_t got = 0;
    while (got < length) {
      const auto count = ::pread(opened.get(), piece.data() + got, length - got, static_cast<off_t>(offset + got));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return fail_errno("reading " + path);
      if (count == 0) break;
      got += static_cast<std::size_t>(count);
    }
    piece.resize(got);
    return piece;
  });
}

Scanned scan_file(const Settings& settings, const std::string& path, std::string bytes) {
  return Scanner(settings).file(path, std::move(bytes));
}

Result<Scanned> scan_folder(const Settings& settings, const std::string& folder, const FolderOptions& options) {
  const std::vector<Found> files = TRY(find_files(settings, folder, options.engines));
  Scanner scanner(settings, options.engines);
  Apart apart(scanner, folder, options);
  std::vector<Scanned> parts(files.size());
  int done = 0;
  apart.all(files, [&](std::size_t number, Scanned scanned) {
    parts[number] = std::move(scanned);
    if (options.progress) options.progress(++done, static_cast<int>(files.size()));
  });
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
  all.binary += part.binary;
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
