#include "scan/p3c/engine.h"

#include <algorithm>
#include <exception>
#include <map>

#include "base/text.h"
#include "scan/activity.h"
#include "scan/p3c/places.h"
#include "scan/suppress.h"

namespace sampan::scan::p3c {

namespace {

// Enough for any rule that looks at each node a few hundred times; a rule that needs more has lost its way.
constexpr std::uint64_t kLeastWork = 1'000'000, kWorkPerNode = 400;
constexpr std::size_t kMostHits = 10'000;  // findings of one rule in one file; nobody reads more

// The rules at work on one file.
class Run {
 public:
  Run(const Settings& settings, const std::string& path, std::string_view text, const Suppressions& suppressions)
      : settings_(settings), path_(path), places_(text), suppressions_(suppressions) {}

  // `check` is the rule at work; `exhausted` says afterwards whether it ran out of its budget.
  template <class Check, class Exhausted>
  void rule(const Rule& rule, Check check, Exhausted exhausted) {
    const RuleSetting* setting = settings_.rule(rule.name);
    if (setting && (setting->off || excepted(*setting))) return;
    Report report;
    now_at(rule.name);
    try {
      check(report);
    } catch (const std::exception& error) {
      rule_gap(rule, fmt::format("出错：{}", error.what()), fmt::format("failed: {}", error.what()));
    }
    now_at("");
    if (exhausted()) rule_gap(rule, "工作量超限，没有查完", "spent its budget and did not finish");
    const auto& hits = report.hits();
    if (hits.size() > kMostHits)
      rule_gap(rule, fmt::format("找到 {} 处，只列出 {} 处", hits.size(), kMostHits),
               fmt::format("found {} places, of which {} are listed", hits.size(), kMostHits));
    const Severity severity = setting && setting->severity ? *setting->severity : rule.severity;
    for (std::size_t i = 0; i < std::min(hits.size(), kMostHits); ++i) take(rule, severity, hits[i]);
  }

  Outcome finish() {
    std::stable_sort(outcome_.findings.begin(), outcome_.findings.end(), [](const Finding& a, const Finding& b) {
      return std::tie(a.range.line, a.range.column) < std::tie(b.range.line, b.range.column);
    });
    std::map<std::string, int> seen;
    for (auto& finding : outcome_.findings) {
      if (const int nth = seen[finding.fingerprint]++; nth > 0)
        finding.fingerprint = repeated_fingerprint(finding.fingerprint, nth);
    }
    for (Gap gap : suppressions_.refused()) {
      gap.path = path_;
      outcome_.gaps.push_back(std::move(gap));
    }
    return std::move(outcome_);
  }

  void offer_no_fixes() { fixes_ = false; }

  void gap(int line, Text reason) { outcome_.gaps.push_back({path_, line, "", std::move(reason)}); }

 private:
  bool excepted(const RuleSetting& setting) const {
    return std::any_of(setting.except.begin(), setting.except.end(),
                       [&](const std::string& pattern) { return glob_match(pattern, path_); });
  }

  void rule_gap(const Rule& rule, std::string_view zh, std::string_view en) {
    Text reason{fmt::format("规则 {} {}", rule.name, zh), fmt::format("the rule {} {}", rule.name, en)};
    outcome_.gaps.push_back({path_, 0, std::string(rule.name), std::move(reason)});
  }

  void take(const Rule& rule, Severity severity, const Hit& hit) {
    const Range range = places_.range(hit.span);
    if (suppressions_.covers(rule.name, hit.span.start, range.line)) {
      ++outcome_.suppressed;
      return;
    }
    Text remedy{std::string(rule.remedy.zh), std::string(rule.remedy.en)};
    auto print = fingerprint(rule.name, path_, places_.context(hit.span.start));
    Finding finding{"p3c",       std::string(rule.name), severity,        path_, range,
                    hit.message, std::move(remedy),      std::move(print)};
    if (fixes_) {
      for (const auto& [span, text] : hit.fix) finding.fix.push_back({span.start, span.end, places_.range(span), text});
    }
    outcome_.findings.push_back(std::move(finding));
  }

  const Settings& settings_;
  const std::string& path_;
  Places places_;
  const Suppressions& suppressions_;
  bool fixes_ = true;
  Outcome outcome_;
};

void note_broken(const java::Tree& tree, Run& run) {
  if (tree.broken().empty()) return;
  const int line = tree.line_of(tree.broken().front().start);
  run.gap(line, {fmt::format("没有完全解析：{} 处，第一处在第 {} 行；其余部分照常检查", tree.broken().size(), line),
                 fmt::format("not fully parsed: {} place{}, the first in line {}; the rest was checked",
                             tree.broken().size(), tree.broken().size() == 1 ? "" : "s", line)});
}

}  // namespace

bool reads(std::string_view path) { return path.ends_with(".java") || path.ends_with(".vm"); }

Engine::Engine(const Settings& settings, std::span<const Rule* const> rules)
    : settings_(settings), rules_(rules), names_(known_rules(settings)) {}

Outcome Engine::check(const std::string& path, std::string_view text) {
  if (path.ends_with(".vm")) {
    const Suppressions suppressions(text, names_);
    Run run(settings_, path, text, suppressions);
    // As p3c: only files of a folder or name with one of these words are taken for templates.
    const bool page = path.find("template") != std::string::npos || path.find("velocity") != std::string::npos;
    for (const auto* rule : rules_) {
      if (rule->check_template && page)
        run.rule(
            *rule, [&](Report& report) { rule->check_template(text, report); }, [] { return false; });
    }
    return run.finish();
  }
  const auto tree = parser_.parse(text);
  if (!tree.has_value()) {
    Outcome outcome;
    outcome.gaps.push_back({path, 0, "", {"没有解析：" + tree.error().message, "not parsed: " + tree.error().message}});
    return outcome;
  }
  const java::Names names(*tree);
  const Suppressions suppressions(*tree, names_);
  Run run(settings_, path, text, suppressions);
  if (!tree->broken().empty()) run.offer_no_fixes();  // what surrounds a broken place may be misunderstood
  const Source source{path, *tree, names};
  for (const auto* rule : rules_) {
    if (!rule->check) continue;
    tree->allow(kLeastWork + kWorkPerNode * tree->size());
    run.rule(
        *rule, [&](Report& report) { rule->check(source, report); }, [&] { return tree->exhausted(); });
  }
  note_broken(*tree, run);
  return run.finish();
}

}  // namespace sampan::scan::p3c
