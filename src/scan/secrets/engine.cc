#include "scan/secrets/engine.h"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <utility>

#include "base/text.h"
#include "scan/activity.h"
#include "scan/p3c/places.h"
#include "scan/secrets/allow.h"
#include "scan/secrets/checks.h"
#include "scan/secrets/matcher.h"
#include "scan/secrets/wrapped.h"
#include "scan/suppress.h"

namespace sampan::scan::secrets {

namespace {

constexpr std::size_t kMostHits = 10'000;  // places of one rule in one file; nobody reads more
constexpr int kDepth = 2;                  // base64 in base64
constexpr std::size_t kLeastShown = 12;    // of a shorter secret less than four characters are shown

struct Kind {  // a rule of ours or a pattern of the settings, as findings need it
  std::string name;
  Severity severity;
  Text what, remedy;
};

struct Hit {
  Region place;
  const Kind* kind;
  bool invented;      // its checksum is wrong
  std::string inner;  // the secret where the place is base64 round it
};

// "ghp_…": enough to find it again, too little to use it.
std::string beginning(std::string_view secret) {
  const std::size_t most = secret.size() >= kLeastShown ? 4 : secret.size() / 4;
  std::string out;
  for (const char c : secret.substr(0, most)) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7F) break;
    out += c;
  }
  return out + "…";
}

Text message_of(const Hit& hit, std::string_view secret) {
  const auto shown = beginning(secret);
  Text text{fmt::format("{}：{}（{} 个字符）", hit.kind->what.zh, shown, secret.size()),
            fmt::format("{}: {} ({} characters)", hit.kind->what.en, shown, secret.size())};
  if (hit.invented) text.zh += "；校验和不对，多半是编造的", text.en += "; its checksum is wrong: most likely invented";
  if (!hit.inner.empty()) text.zh += "；在一段 base64 里", text.en += "; it is wrapped in base64";
  return text;
}

}  // namespace

struct Engine::State {
  const Settings& settings;
  std::span<const Rule* const> rules;
  FirstPass first;
  std::vector<std::string> names;                // of all rules there are, for requests in the code
  std::vector<Kind> kinds;                       // of the rules, then of the settings' patterns
  std::vector<std::optional<Matcher>> matchers;  // made when first needed: most never are
  // Of the file at hand.
  const std::string* path = nullptr;
  std::string_view text;
  std::vector<Hit> hits;
  std::map<std::size_t, std::size_t> taken;  // their places: from where to where
  std::optional<Region> wrapped;             // in the file; set while `text` is what stands there as base64
  Outcome outcome;

  bool is_off(const std::string& name) const {
    const RuleSetting* setting = settings.rule(name);
    if (!setting) return false;
    return setting->off || std::any_of(setting->except.begin(), setting->except.end(),
                                       [&](const std::string& pattern) { return glob_match(pattern, *path); });
  }

  void rule_gap(const std::string& rule, std::string_view zh, std::string_view en) {
    outcome.gaps.push_back(
        {*path, 0, rule, {fmt::format("规则 {} {}", rule, zh), fmt::format("the rule {} {}", rule, en)}});
  }

  const Matcher* matcher(std::size_t index, const std::string& expression) {
    auto& made = matchers[index];
    if (made) return &*made;
    auto compiled = Matcher::compile(expression);
    if (!compiled.has_value()) {
      rule_gap(kinds[index].name, "没有编译：" + compiled.error().message,
               "does not compile: " + compiled.error().message);
      return nullptr;
    }
    return &made.emplace(std::move(*compiled));
  }

  bool is_one(const Rule& rule, std::string_view secret) const {
    if (rule.entropy > 0 && entropy(secret) < rule.entropy) return false;
    if (rule.well_formed && !rule.well_formed(secret)) return false;
    if (is_placeholder(secret, rule.trust)) return false;
    // People's passwords are words too; what must be random is not.
    return rule.trust == Trust::form || rule.entropy == 0 || !reads_like_words(secret);
  }

  void take(std::size_t index, Region place, bool invented) {
    const auto next = taken.upper_bound(place.start);
    if (next != taken.end() && next->first < place.end) return;
    if (next != taken.begin() && std::prev(next)->second > place.start) return;
    taken.emplace(place.start, place.end);
    if (wrapped)
      hits.push_back(
          {*wrapped, &kinds[index], invented, std::string(text.substr(place.start, place.end - place.start))});
    else
      hits.push_back({place, &kinds[index], invented, {}});
  }

  bool is_taken(Region place) const {
    const auto next = taken.lower_bound(place.start);
    if (next != taken.end() && next->first < place.end) return true;
    return next != taken.begin() && std::prev(next)->second > place.start;
  }

  // Looks into what stands in this text as base64, and in that once more. What is told already is not opened, and
  // what only its name makes a secret of is not looked for: there is no name in most of it.
  void unwrap(int depth) {
    for (const auto& one : wrapped_texts(text)) {
      if (is_taken(one.place)) continue;
      const auto outer_text = std::exchange(text, one.text);
      const auto outer_taken = std::exchange(taken, {});
      const auto outer_wrapped = wrapped;
      if (!wrapped) wrapped = one.place;
      for (const auto index : std::vector(first.look(text))) {
        if (!rules[index]->name.starts_with("generic-")) look(index);
      }
      if (depth > 1) unwrap(depth - 1);
      text = outer_text;
      taken = outer_taken;
      wrapped = outer_wrapped;
    }
  }

  void confirm(std::size_t index) {
    const Rule& rule = *rules[index];
    const Matcher* exact = matcher(index, expression(rule));
    std::size_t count = 0;
    for (Region region : first.regions(static_cast<std::uint32_t>(index))) {
      while (exact) {
        const auto place = exact->next(text, region);
        if (!place) break;
        const auto secret = text.substr(place->start, place->end - place->start);
        if (!is_one(rule, secret)) continue;
        if (++count > kMostHits)
          return rule_gap(kinds[index].name, fmt::format("找到的太多，只列出 {} 处", kMostHits),
                          fmt::format("found too many places; {} are listed", kMostHits));
        take(index, *place, rule.checksum && !rule.checksum(secret));
      }
    }
  }

  void look(std::size_t index) {
    const Rule& rule = *rules[index];
    if (is_off(kinds[index].name) || !belongs(*path, rule.where)) return;
    if (rule.trust == Trust::value && is_lock_file(*path)) return;
    now_at(kinds[index].name);
    try {
      confirm(index);
    } catch (const std::exception& error) {
      rule_gap(kinds[index].name, fmt::format("出错：{}", error.what()), fmt::format("failed: {}", error.what()));
    }
  }

  void look_for_own() {
    for (std::size_t i = 0; i < settings.patterns.size(); ++i) {
      const std::size_t index = rules.size() + i;
      if (is_off(kinds[index].name)) continue;
      now_at(kinds[index].name);
      const Matcher* own = matcher(index, settings.patterns[i].pattern);
      Region region{0, text.size()};
      for (std::size_t count = 0; own && count < kMostHits; ++count) {
        const auto place = own->next(text, region);
        if (!place) break;
        if (place->end > place->start) take(index, *place, false);
      }
    }
  }

  Severity weight(const Hit& hit) const {
    const RuleSetting* setting = settings.rule(hit.kind->name);
    if (setting && setting->severity) return *setting->severity;
    return hit.invented || is_for_tests(*path) ? Severity::major : hit.kind->severity;
  }

  // Whether the author answers for it, on its line or alone above it; a request that is not good is told.
  bool answered(const std::string& rule, const p3c::Places& places, const Range& range, std::size_t start) {
    const auto line = places.context(static_cast<std::uint32_t>(start));
    const auto line_start = static_cast<std::size_t>(line.data() - text.data());
    auto request = find_request(line);
    int at = range.line;
    if (!request && line_start > 0) {
      const auto above = places.context(static_cast<std::uint32_t>(line_start - 1));
      if (stands_alone(above)) request = find_request(above), --at;
    }
    if (!request) return false;
    if (auto refusal = refuse(*request, at, names)) {
      refusal->path = *path;
      outcome.gaps.push_back(std::move(*refusal));
      return false;
    }
    return request->rule == rule;
  }

  void write_findings() {
    std::stable_sort(hits.begin(), hits.end(),
                     [](const Hit& a, const Hit& b) { return a.place.start < b.place.start; });
    const p3c::Places places(text);
    std::map<std::string, int> seen;
    for (const auto& hit : hits) {
      const auto start = static_cast<std::uint32_t>(hit.place.start), end = static_cast<std::uint32_t>(hit.place.end);
      const Range range = places.range({start, end});
      if (answered(hit.kind->name, places, range, hit.place.start)) {
        ++outcome.suppressed;
        continue;
      }
      auto print = fingerprint(hit.kind->name, *path, places.context(start));
      if (const int nth = seen[print]++; nth > 0) print = repeated_fingerprint(print, nth);
      outcome.findings.push_back({"secrets", hit.kind->name, weight(hit), *path, range,
                                  message_of(hit, hit.inner.empty() ? text.substr(start, end - start) : hit.inner),
                                  hit.kind->remedy, std::move(print)});
    }
  }
};

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine::~Engine() = default;

namespace {

Text both(const Sentence& sentence) { return {std::string(sentence.zh), std::string(sentence.en)}; }

std::vector<Kind> kinds_of(const Settings& settings, std::span<const Rule* const> rules) {
  std::vector<Kind> kinds;
  for (const auto* rule : rules)
    kinds.push_back({std::string(rule->name), rule->severity, both(rule->what), both(*rule->remedy)});
  for (const auto& own : settings.patterns)
    kinds.push_back({own.name, own.severity, {own.what, own.what}, both(kRevoke)});
  return kinds;
}

}  // namespace

Result<Engine> Engine::create(const Settings& settings) {
  auto database = TRY(Database::built_in());
  auto first = TRY(FirstPass::create(std::move(database), all_rules()));
  auto kinds = kinds_of(settings, all_rules());
  const auto count = kinds.size();
  return Engine(std::unique_ptr<State>(new State{settings, all_rules(), std::move(first), known_rules(settings),
                                                 std::move(kinds), std::vector<std::optional<Matcher>>(count)}));
}

Result<Engine> Engine::create(const Settings& settings, std::span<const Rule* const> rules) {
  auto database = TRY(Database::compile(rules));
  auto first = TRY(FirstPass::create(std::move(database), rules));
  auto kinds = kinds_of(settings, rules);
  const auto count = kinds.size();
  return Engine(std::unique_ptr<State>(new State{settings, rules, std::move(first), known_rules(settings),
                                                 std::move(kinds), std::vector<std::optional<Matcher>>(count)}));
}

Outcome Engine::check(const std::string& path, std::string_view text) {
  State& state = *state_;
  state.path = &path;
  state.text = text;
  state.hits.clear();
  state.taken.clear();
  state.outcome = {};
  for (const auto index : state.first.look(text)) state.look(index);
  state.look_for_own();
  state.unwrap(kDepth);
  now_at("");
  if (!state.hits.empty()) state.write_findings();
  return std::move(state.outcome);
}

}  // namespace sampan::scan::secrets
