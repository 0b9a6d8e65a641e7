// Packages against advisories.
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <tuple>

#include "base/json_struct.h"
#include "base/text.h"
#include "scan/packages/jar_known.h"
#include "scan/packages/reader.h"

namespace sampan::scan {

namespace packages {

namespace {

constexpr std::size_t kMostFound = 25'000;  // of a tree; as many as are taken of another tool

bool affects(Scheme scheme, const Advice& advice, const std::string& version) {
  return std::find(advice.versions.begin(), advice.versions.end(), version) != advice.versions.end() ||
         std::any_of(advice.intervals.begin(), advice.intervals.end(),
                     [&](const Interval& interval) { return holds(scheme, interval, version); });
}

// The nearest fixed version above; empty: none is named.
std::string fixed_in(Scheme scheme, const Advice& advice, const std::string& version) {
  std::string nearest;
  for (const auto& interval : advice.intervals) {
    if (interval.end != Interval::End::fixed || compare(scheme, interval.to, version) <= 0) continue;
    if (nearest.empty() || compare(scheme, interval.to, nearest) < 0) nearest = interval.to;
  }
  return nearest;
}

// One vulnerability, whatever databases call it.
struct Case {
  std::vector<const Advice*> advices;
  std::set<std::string> names;
};

// Records that share a name are one; so are those that a third joins. Each set of records has a number, by which its
// names find it; joined ones point to the one they are in.
std::vector<Case> merged(const std::vector<const Advice*>& advices) {
  std::vector<std::size_t> joined(advices.size());
  std::iota(joined.begin(), joined.end(), 0);
  const auto set_of = [&](std::size_t one) {
    while (joined[one] != one) one = joined[one] = joined[joined[one]];
    return one;
  };
  std::map<std::string_view, std::size_t> by_name;
  for (std::size_t i = 0; i < advices.size(); ++i) {
    const auto join = [&](std::string_view name) {
      const auto [at, fresh] = by_name.try_emplace(name, i);
      if (!fresh) joined[set_of(at->second)] = set_of(i);  // the last one's place is that of all
    };
    join(advices[i]->id);
    for (const auto& alias : advices[i]->aliases) join(alias);
  }
  std::map<std::size_t, Case> cases;
  for (std::size_t i = 0; i < advices.size(); ++i) {
    auto& one = cases[set_of(i)];
    one.advices.push_back(advices[i]);
    one.names.insert(advices[i]->id);
    one.names.insert(advices[i]->aliases.begin(), advices[i]->aliases.end());
  }
  std::vector<Case> all;
  for (auto& [number, one] : cases) all.push_back(std::move(one));
  return all;
}

// GHSA's records are the most reviewed across ecosystems; then those of the ecosystem itself; a bare CVE last.
int rank(const std::string& id) { return id.starts_with("GHSA-") ? 0 : id.starts_with("CVE-") ? 2 : 1; }

Severity severity_of(Weight weight) {
  switch (weight) {
    case Weight::high:
    case Weight::malicious: return Severity::blocker;
    case Weight::medium:
    case Weight::unknown: return Severity::critical;  // nobody weighed it: not harmless for that
    case Weight::low: return Severity::major;
  }
  return Severity::critical;
}

Text way_to(const Package& package) {
  if (!package.guess.artifacts.empty())
    return {"按文件名 " + package.guess.from + " 认出", "by its name, " + package.guess.from};
  if (package.reach == Reach::direct) return {"直接依赖", "direct"};
  if (package.reach == Reach::unknown) return {"", ""};
  return {"经由 " + join(package.via, " > "), "through " + join(package.via, " > ")};
}

Text message_of(const Package& package, const Advice& advice, const Case& one, const std::string& fixed) {
  std::vector<std::string> others;
  for (const auto& name : one.names)
    if (name != advice.id) others.push_back(name);
  const auto way = way_to(package);
  const std::string ids = advice.id + (others.empty() ? "" : " (" + join(others, ", ") + ")");
  const std::string what = package.installed.empty() ? package.name : package.installed + "/" + package.name;
  const std::string summary = advice.summary.empty() ? "" : ": " + advice.summary;
  return {fmt::format("{} {}{}有漏洞 {}{}；{}", what, package.version, way.zh.empty() ? "" : "（" + way.zh + "）", ids,
                      summary, fixed.empty() ? "没有已知的修复版本" : "修复版本 " + fixed),
          fmt::format("{} {}{} has {}{}; {}", what, package.version, way.en.empty() ? "" : " (" + way.en + ")", ids,
                      summary, fixed.empty() ? "no fixed version is known" : "fixed in " + fixed)};
}

Text remedy_of(const Package& package, const std::string& fixed) {
  const auto& name = package.name;
  if (fixed.empty())
    return {"换掉 " + name + "，或在 .sampan/scan.yaml 中按规则名关闭并写明理由",
            fmt::format("replace {}, or switch the rule off in .sampan/scan.yaml with the reason beside it", name)};
  if (package.reach != Reach::through)
    return {fmt::format("把 {} 升级到 {} 或更高版本", name, fixed),
            fmt::format("raise {} to {} or later", name, fixed)};
  return {
      fmt::format("升级 {}，使它带入 {} {} 或更高版本，或直接指定 {} 的版本", package.via.front(), name, fixed, name),
      fmt::format("raise {} until it brings {} {} or later, or pin {} itself", package.via.front(), name, fixed, name)};
}

std::string known_rule(const Settings& settings, const Case& one, const std::string& id) {
  if (settings.rule(id)) return id;
  const auto found = std::find_if(one.names.begin(), one.names.end(),
                                  [&](const std::string& name) { return settings.rule(name) != nullptr; });
  return found == one.names.end() ? id : *found;
}

class Checker {
 public:
  Checker(const Settings& settings, const Index& index, Scanned& out) : settings_(settings), index_(index), out_(out) {}

  // Packages of one name come one after the other: such a name is looked up once.
  void check(const Package& package) {
    const auto scheme = scheme_of(package.ecosystem);
    if (!scheme) return;
    if (out_.findings.size() >= kMostFound) {
      ++over_;
      return;
    }
    if (package.guess.artifacts.empty()) return check(package, *scheme);
    const auto known = known_as(index_, package);
    if (!known.has_value()) return not_looked_up(package, known.error());
    for (const auto& one : known->is) check(one, *scheme);
    for (const auto& one : known->may_be) warn(one, *scheme);
  }
  std::size_t over() const { return over_; }  // packages that were not looked up any more

 private:
  void check(const Package& package, Scheme scheme) {
    std::vector<const Advice*> hits;
    for (const auto& advice : advices_of(package, scheme))
      if (affects(scheme, advice, package.version)) hits.push_back(&advice);
    for (auto& one : merged(hits)) report(package, scheme, std::move(one));
  }

  // A jar of a name like that of a package with vulnerabilities: nothing says that it is that one, or that it is not.
  void warn(const Package& package, Scheme scheme) {
    for (const auto& advice : advices_of(package, scheme)) {
      if (!affects(scheme, advice, package.version)) continue;
      return gap(package,
                 fmt::format("{} 没有说明自己属于哪个组：如果是 {} {}，就有漏洞 {}", package.guess.from, package.name,
                             package.version, advice.id),
                 fmt::format("{} does not say which group it is of: if it is {} {}, it has {}", package.guess.from,
                             package.name, package.version, advice.id));
    }
  }

  // Good until the next is asked for.
  std::span<const Advice> advices_of(const Package& package, Scheme scheme) {
    auto name = std::pair(package.ecosystem, normal_name(package.ecosystem, package.name));
    if (name != asked_) {
      advices_ = index_.find(name.first, name.second);
      asked_ = std::move(name);
    }
    if (!advices_.has_value()) {
      not_looked_up(package, advices_.error());
      return {};
    }
    if (!advices_->empty() && !is_version(scheme, package.version)) {
      gap(package, fmt::format("没有查 {}：“{}” 不是 {} 的版本号", package.name, package.version, package.ecosystem),
          fmt::format("{} was not looked up: '{}' is no version of {}", package.name, package.version,
                      package.ecosystem));
      return {};
    }
    return *advices_;
  }

  void not_looked_up(const Package& package, const Error& why) {
    gap(package, "没有查 " + package.name + "：" + why.message, package.name + " was not looked up: " + why.message);
  }

  void gap(const Package& package, std::string zh, std::string en) {
    if (++gaps_ > kMostGaps)
      ++over_;
    else
      out_.gaps.push_back({package.file, package.line, "", {std::move(zh), std::move(en)}});
  }

  void report(const Package& package, Scheme scheme, Case one) {
    std::stable_sort(one.advices.begin(), one.advices.end(), [](const Advice* a, const Advice* b) {
      return std::tuple(rank(a->id), a->id) < std::tuple(rank(b->id), b->id);
    });
    const Advice& first = *one.advices.front();
    Weight weight = Weight::unknown;
    std::string fixed;
    for (const auto* advice : one.advices) {
      weight = std::max(weight, advice->weight);
      if (fixed.empty()) fixed = fixed_in(scheme, *advice, package.version);
    }
    Severity severity = severity_of(weight);
    if (const auto* setting = settings_.rule(known_rule(settings_, one, first.id))) {
      const auto excepts = [&](const std::string& pattern) { return glob_match(pattern, package.file); };
      if (setting->off || std::any_of(setting->except.begin(), setting->except.end(), excepts)) return;
      severity = setting->severity.value_or(severity);
    }
    const int line = std::max(package.line, 1);
    out_.findings.push_back({"packages", first.id, severity, package.file, Range{line, 1, line, 1},
                             message_of(package, first, one, fixed), remedy_of(package, fixed),
                             fingerprint(first.id, package.file, package.name + "@" + package.version)});
  }

  const Settings& settings_;
  const Index& index_;
  Scanned& out_;
  std::pair<std::string, std::string> asked_;  // ecosystem and name
  Result<std::vector<Advice>> advices_;        // of that
  std::size_t gaps_ = 0, over_ = 0;
};

// Why packages of an ecosystem cannot be judged with this file; nothing: they can.
std::optional<Text> not_covered(const Settings& settings, const AdvisoryFile& about, const std::string& ecosystem,
                                const Lookup& lookup) {
  const auto found = std::find_if(about.ecosystems.begin(), about.ecosystems.end(),
                                  [&](const Coverage& c) { return c.ecosystem == ecosystem && c.covered; });
  if (found == about.ecosystems.end())
    return Text{fmt::format("{} 里没有 {} 的漏洞数据，请导入", lookup.advisories, ecosystem),
                fmt::format("{} has no advisories for {}: import them", lookup.advisories, ecosystem)};
  const auto days = std::chrono::duration_cast<std::chrono::hours>(lookup.now - found->newest).count() / 24;
  if (days <= settings.advisory_days) return std::nullopt;
  const auto newest = format_rfc3339(found->newest).substr(0, 10);
  return Text{
      fmt::format("{} 的漏洞数据太旧：最新的是 {}，{} 天前，上限 {} 天；请重新导入", ecosystem, newest, days,
                  settings.advisory_days),
      fmt::format("the advisories for {} are old: the newest is of {}, {} days ago, the limit is {}: import newer "
                  "ones",
                  ecosystem, newest, days, settings.advisory_days)};
}

using Counts = std::map<std::string, int>;  // by file, how many packages

void add_gaps(Scanned& out, const std::string& ecosystem, const Counts& files, const Text& why, std::size_t apart) {
  if (files.size() > apart) {
    int count = 0;
    for (const auto& [file, packages] : files) count += packages;
    out.gaps.push_back({"",
                        0,
                        "",
                        {fmt::format("{} 个文件里的 {} 个 {} 依赖没有查清：{}", files.size(), count, ecosystem, why.zh),
                         fmt::format("{} {} packages in {} files: {}", count, ecosystem, files.size(), why.en)}});
    return;
  }
  for (const auto& [file, count] : files)
    out.gaps.push_back({file,
                        0,
                        "",
                        {fmt::format("{} 个 {} 依赖没有查清：{}", count, ecosystem, why.zh),
                         fmt::format("{} {} packages: {}", count, ecosystem, why.en)}});
}

}  // namespace

}  // namespace packages

Scanned check_packages(const Settings& settings, const Inventory& inventory, const Lookup& lookup) {
  using namespace packages;
  Scanned out;
  out.files = inventory.files;
  out.gaps = inventory.gaps;
  std::map<std::string, Counts> asked;  // by ecosystem
  std::set<std::tuple<std::string_view, std::string_view, std::string_view, std::string_view, std::string>> seen;
  std::vector<const Package*> once;
  for (const auto& package : inventory.packages) {
    // Two jars of one name may be different ones for what is in them.
    auto guess = package.guess.artifacts.empty() ? std::string() : to_json(package.guess);
    if (!seen.emplace(package.file, package.ecosystem, package.name, package.version, std::move(guess)).second)
      continue;
    ++asked[package.ecosystem][package.file];
    once.push_back(&package);
  }
  if (once.empty()) return out;
  const auto index = Index::open(lookup.advisories);
  for (const auto& [ecosystem, files] : asked) {
    const auto why = index.has_value() ? not_covered(settings, index->about(), ecosystem, lookup)
                                       : Text{index.error().message, index.error().message};
    if (why) add_gaps(out, ecosystem, files, *why, lookup.files_apart);
  }
  if (!index.has_value()) return out;
  Checker checker(settings, *index, out);
  const auto name = [](const Package* one) {
    return std::pair(std::string_view(one->ecosystem), std::string_view(one->name));
  };
  std::stable_sort(once.begin(), once.end(), [&](const auto* a, const auto* b) { return name(a) < name(b); });
  for (const auto* package : once) checker.check(*package);
  if (checker.over() > 0)
    out.gaps.push_back({"",
                        0,
                        "",
                        {fmt::format("找到的太多：还有 {} 个依赖没有查", checker.over()),
                         fmt::format("too much was found: {} more packages were not looked up", checker.over())}});
  const auto by_place = [](const auto& a, const auto& b) { return a.path < b.path; };
  std::stable_sort(out.findings.begin(), out.findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.path, a.range.line, a.rule) < std::tie(b.path, b.range.line, b.rule);
  });
  std::stable_sort(out.gaps.begin(), out.gaps.end(), by_place);
  return out;
}

}  // namespace sampan::scan
