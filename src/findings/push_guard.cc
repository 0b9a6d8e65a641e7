// A push that brings a secret is refused: once it is in the history of everybody who fetches, only changing the secret
// helps.
#include "base/log.h"
#include "base/text.h"
#include "findings/standing.h"
#include "findings/state.h"

namespace sampan::findings {

namespace {

constexpr std::string_view kOption = "allow-secret=";
constexpr std::size_t kMostNamed = 10;
constexpr std::size_t kIdDigits = 12;  // of a fingerprint, in an option
constexpr std::chrono::hours kYear{24 * 365};

struct Allowed {
  std::string id, reason;
};

// "-o allow-secret=0123456789ab:it is the example of the manual".
Result<std::vector<Allowed>> allowed_by(const Voice& voice, const std::vector<std::string>& options) {
  std::vector<Allowed> allowed;
  for (const auto& option : options) {
    if (!option.starts_with(kOption)) continue;
    const auto rest = option.substr(kOption.size());
    const auto colon = rest.find(':');
    const auto id = rest.substr(0, colon);
    const std::string reason(colon == std::string::npos ? "" : trim(rest.substr(colon + 1)));
    if (id.size() < kIdDigits || id.find_first_not_of("0123456789abcdef") != std::string::npos || reason.empty())
      return voice.chinese
                 ? fail(Errc::invalid, "推送选项 '{}'：应为 allow-secret=ID:原因，ID 见拒绝推送时的提示",
                        to_valid_utf8(option.substr(0, 80)))
                 : fail(Errc::invalid,
                        "push option '{}': expected allow-secret=ID:REASON, with the ID that the refusal names",
                        to_valid_utf8(option.substr(0, 80)));
    allowed.push_back({id, reason});
  }
  return allowed;
}

struct Brought {
  Sha commit;
  scan::Finding finding;
};

// What the default branch says so far: a push does not let itself in.
Result<scan::Settings> settings_in_force(Findings::State& state, const git::Repo& repo) {
  const auto head = state.git.resolve(repo, repo.default_branch);
  if (!head) return scan::Settings{};
  return TRY(settings_at(state, repo, *head)).settings;
}

// Of each of the files.
Result<std::vector<std::vector<scan::Finding>>> secrets_in(Findings::State& state, const BlobsToScan& asked) {
  std::vector<std::vector<scan::Finding>> found(asked.keys.size());
  const auto keep = [&](std::size_t first, std::vector<std::optional<scan::Scanned>> scanned) -> Result<void> {
    for (std::size_t i = 0; i < scanned.size(); ++i) {
      if (scanned[i]) found[first + i] = std::move(scanned[i]->findings);
    }
    return {};
  };
  TRY(scan_blobs(state, asked, keep));
  return found;
}

// The secrets of the push's new commits; one that was at the same path before is not brought by it.
Result<std::vector<Brought>> secrets_of(Findings::State& state, const git::PushCheck& push,
                                        std::vector<git::ChangedFile> changes) {
  const auto settings = TRY(settings_in_force(state, push.repo));
  std::erase_if(changes, [&](const git::ChangedFile& change) { return settings.excludes(change.path); });
  std::vector<FileKey> keys;
  for (const auto& change : changes) keys.push_back({change.path, change.new_blob});
  const scan::Order order(settings, {.p3c = false, .secrets = true});
  auto found = TRY(secrets_in(state, {push.repo, order, keys, &push}));
  std::vector<Brought> brought;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    // Of a major one the engine is not sure, or it is an example.
    std::erase_if(found[i], [](const scan::Finding& one) { return one.severity == scan::Severity::major; });
    if (found[i].empty()) continue;
    std::vector<FileKey> old;
    for (const auto& blob : changes[i].old_blobs) old.push_back({changes[i].path, blob});
    std::set<std::string> before;
    for (const auto& one : TRY(secrets_in(state, {push.repo, order, old, &push}))) before.merge(fingerprints(one));
    for (auto& finding : found[i]) {
      if (!before.contains(finding.fingerprint)) brought.push_back({changes[i].commit, std::move(finding)});
    }
  }
  return brought;
}

std::string refusal(const Voice& voice, const std::vector<Brought>& brought) {
  const auto number = brought.size();
  std::string text =
      voice.of({fmt::format("本次推送带有 {} 个密钥，已全部拒绝：\n", number),
                number == 1 ? "this push brings a secret, so nothing of it was taken:\n"
                            : fmt::format("this push brings {} secrets, so nothing of it was taken:\n", number)});
  for (std::size_t i = 0; i < std::min(number, kMostNamed); ++i) {
    const auto& [commit, finding] = brought[i];
    text += fmt::format("  {} {}  {}:{}  {}\n    {}\n    id {}\n", voice.of({"提交", "commit"}), commit.short_text(),
                        finding.path, finding.range.line, finding.rule, voice.of(finding.message),
                        finding.fingerprint.substr(0, kIdDigits));
  }
  if (const auto more = number - std::min(number, kMostNamed); more > 0)
    text += voice.of({fmt::format("  还有 {} 个\n", more), fmt::format("  and {} more\n", more)});
  return text +
         voice.of(
             {"请从提交中删除密钥（git commit --amend；较早的提交用 git rebase -i）后重新推送；"
              "已经在别处出现过的密钥必须更换。\n"
              "误报时：git push -o allow-secret=ID:原因（原因会被记录）。",
              "Take it out of the commit (git commit --amend, or git rebase -i for an older one) and push again; a "
              "secret that has been anywhere else must be changed.\n"
              "A false alarm: git push -o allow-secret=ID:REASON (the reason is recorded)."});
}

}  // namespace

Result<void> Findings::State::check_push(const git::PushCheck& push) {
  const auto voice = voice_of(*this, push.actor.user);
  const auto allowed = TRY(allowed_by(voice, push.options));
  const auto changes = TRY(git.brought_files(push));
  if (changes.empty()) return {};
  auto brought = TRY(secrets_of(*this, push, changes)
                         .context(voice.of({"没有检查密钥，本次推送已全部拒绝",
                                            "secrets were not looked for, so nothing of this push was taken"})));
  if (brought.empty()) return {};
  const auto dismissals = TRY(db.read([&](Tx& tx) { return store::list_dismissals(tx, push.repo.id); }));
  std::vector<Dismissal> declared;
  std::erase_if(brought, [&](const Brought& one) {
    const auto& finding = one.finding;
    if (stand({finding}, {}, dismissals, clock.now()).front().dismissed) return true;
    const auto named = std::find_if(allowed.begin(), allowed.end(),
                                    [&](const Allowed& by) { return finding.fingerprint.starts_with(by.id); });
    if (named == allowed.end()) return false;
    declared.push_back({0,
                        push.repo.id,
                        finding.fingerprint,
                        finding.rule,
                        finding.path,
                        push.actor.user,
                        push.actor.name,
                        named->reason,
                        clock.now(),
                        clock.now() + kYear,
                        {},
                        ""});
    return true;
  });
  if (!brought.empty()) return fail(Errc::invalid, "{}", refusal(voice, brought));
  return db.write([&](Tx& tx) -> Result<void> {
    for (const auto& dismissal : declared) TRY(dismiss(*this, tx, push.actor, push.repo, dismissal));
    return {};
  });
}

}  // namespace sampan::findings
