// What the terminal that pushed reads of the push's scan.
#include "base/http.h"
#include "base/log.h"
#include "base/text.h"
#include "findings/standing.h"
#include "findings/state.h"

namespace sampan::findings {

namespace {

constexpr std::size_t kMostRefs = 8;      // scanned while the push waits; the others right after
constexpr std::size_t kMostFindings = 5;  // told at once; the page has them all

std::string counts_text(const Voice& voice, const Counts& counts) {
  std::vector<std::string> parts;
  const auto add = [&](std::int64_t number, scan::Severity severity) {
    const bool many = !voice.chinese && number > 1 && severity != scan::Severity::blocker;
    if (number > 0) parts.push_back(fmt::format("{} {}{}", number, voice.of(scan::shown(severity)), many ? "s" : ""));
  };
  add(counts.blocker, scan::Severity::blocker);
  add(counts.critical, scan::Severity::critical);
  add(counts.major, scan::Severity::major);
  return join(parts, voice.chinese ? "，" : ", ");
}

std::string headline(const Voice& voice, const CommitScan& scan, std::string_view branch) {
  const double ms = static_cast<double>(scan.took.count()) / 1000;
  if (scan.fresh.all() == 0)
    return voice.chinese
               ? fmt::format("扫描 {}：没有新问题（已有 {} 个），用时 {:.0f} 毫秒", branch, scan.found.all(), ms)
               : fmt::format("scan of {}: no new findings ({} known), {:.0f} ms", branch, scan.found.all(), ms);
  return voice.chinese ? fmt::format("扫描 {}：{} 个新问题（{}），用时 {:.0f} 毫秒", branch, scan.fresh.all(),
                                     counts_text(voice, scan.fresh), ms)
                       : fmt::format("scan of {}: {} new finding{} ({}), {:.0f} ms", branch, scan.fresh.all(),
                                     scan.fresh.all() == 1 ? "" : "s", counts_text(voice, scan.fresh), ms);
}

std::vector<std::string> tell(Findings::State& state, const Voice& voice, const git::Repo& repo, const CommitScan& scan,
                              const std::vector<scan::Finding>& fresh) {
  const auto branch = scan.ref.substr(std::string_view("refs/heads/").size());
  std::vector<std::string> lines{headline(voice, scan, branch)};
  for (std::size_t i = 0; i < std::min(fresh.size(), kMostFindings); ++i) {
    const auto& one = fresh[i];
    lines.push_back(fmt::format("  {}:{}  {}  {}", one.path, one.range.line, one.rule, voice.of(one.message)));
  }
  if (scan.gaps > 0)
    lines.push_back(voice.chinese ? fmt::format("  有 {} 处无法完整检查", scan.gaps)
                                  : fmt::format("  {} places could not be looked at whole", scan.gaps));
  if (scan.fresh.all() > 0 || scan.gaps > 0)
    lines.push_back(
        fmt::format("  {}/code/{}/findings?ref={}", state.config.public_url, repo.path(), percent_encode(branch)));
  return lines;
}

// The gravest first.
std::vector<scan::Finding> fresh_findings(Findings::State& state, const git::Repo& repo, const CommitScan& scan) {
  if (scan.fresh.all() == 0) return {};
  auto fresh = fresh_of(state, repo, scan);
  if (!fresh) return {};
  std::stable_sort(fresh->begin(), fresh->end(), [](const auto& a, const auto& b) { return a.severity < b.severity; });
  return std::move(*fresh);
}

}  // namespace

Voice voice_of(Findings::State& state, UserId user) {
  const auto known = state.people.find_user(user);
  return {known && known->locale.starts_with("zh")};
}

std::vector<std::string> Findings::State::notice(const events::PushReceived& push) {
  std::vector<std::string> lines;
  auto scans = scans_of(push);
  if (!scans) {
    log::warning("findings", "push {}: {}", push.push.value, scans.error().message);
    return lines;
  }
  const auto repo = git.find_repo(push.repo);
  if (!repo) return lines;
  const auto voice = voice_of(*this, push.actor);
  const auto until = std::chrono::steady_clock::now() + config.patience;
  std::size_t later = 0;
  for (std::size_t i = 0; i < scans->size(); ++i) {
    const auto& scan = (*scans)[i];
    if (i >= kMostRefs) {
      ++later;
      continue;
    }
    enqueue(scan);
    const bool done = wait_for(scan.id, until);
    const auto now = db.read([&](Tx& tx) { return store::find_scan(tx, push.repo, scan.commit); });
    if (!done || !now || !*now || (*now)->state == ScanState::queued) {
      ++later;
    } else if ((*now)->state == ScanState::failed) {
      lines.push_back(voice.of(failure_of(**now)));
    } else {
      for (auto& line : tell(*this, voice, *repo, **now, fresh_findings(*this, *repo, **now)))
        lines.push_back(std::move(line));
    }
  }
  if (later > 0)
    lines.push_back(fmt::format("{} {}/code/{}/findings", voice.chinese ? "扫描还在进行：" : "the scan goes on; see",
                                config.public_url, repo->path()));
  return lines;
}

}  // namespace sampan::findings
