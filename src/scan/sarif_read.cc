#include <boost/json.hpp>
#include <limits>
#include <map>
#include <tuple>

#include "base/crypto.h"
#include "base/enum_text.h"
#include "base/json.h"
#include "base/text.h"
#include "scan/sarif.h"
#include "scan/sarif_path.h"
#include "scan/sarif_rules.h"
#include "scan/sarif_values.h"

namespace sampan::scan {

using namespace sarif;

namespace {

constexpr std::size_t kLongestReason = 1'000;

Text both(std::string text) { return {text, text}; }

// A finding on its way: what it will be known again by is settled when the files' lines are there.
struct Draft {
  Finding finding;
  std::string context;  // empty: its fingerprint is settled
};

struct Tool {
  std::string name;
  std::vector<Draft> drafts;
  std::vector<Gap> gaps;
  int suppressed = 0;
  std::size_t results = 0, unread = 0, over = 0;

  void complain(Gap gap) {
    if (++unread <= kMostSarifGaps) gaps.push_back(std::move(gap));
  }
};

// One run's results, each to a draft, a gap, or a number.
class RunReader {
 public:
  RunReader(const json::object& run, int number, const SarifSource& source, Tool& tool, std::size_t& text)
      : run_(run), number_(number), source_(source), tool_(tool), text_(text), rules_(run), paths_(run, source.root) {}

  void read() {
    read_invocations();
    const auto* results = array_in(&run_, "results");
    if (!results)
      return tool_.complain({source_.name,
                             0,
                             "",
                             {fmt::format("{} 的第 {} 次运行没有结果列表", tool_.name, number_),
                              fmt::format("run {} of {} has no list of results", number_, tool_.name)}});
    for (std::size_t i = 0; i < results->size(); ++i) {
      if (++tool_.results > kMostSarifResults || text_ > kMostSarifText)
        ++tool_.over;
      else
        read_result((*results)[i].if_object(), i + 1);
    }
  }

 private:
  // What the tool says of its own failures; of our own tool every notification is a gap.
  void read_invocations() {
    for (const auto& value : items_in(&run_, "invocations")) {
      const auto* invocation = value.if_object();
      const auto* success = member(invocation, "executionSuccessful");
      if (success && success->is_bool() && !success->get_bool())
        tool_.complain({source_.name, 0, "",
                        Text{fmt::format("{} 报告自己没有运行成功", tool_.name),
                             fmt::format("{} says that its own run failed", tool_.name)}});
      for (const auto* list : {"toolExecutionNotifications", "toolConfigurationNotifications"}) {
        for (const auto& notification : items_in(invocation, list)) read_notification(notification.if_object());
      }
    }
  }

  void read_notification(const json::object* notification) {
    if (!notification || (tool_.name != kOwnTool && text_in(notification, "level") != "error")) return;
    const auto* physical = physical_location(*notification);
    const auto* artifact = object_in(physical, "artifactLocation");
    auto placed = artifact ? paths_.path_of(*artifact) : Placed{source_.name, {}};
    if (placed.refused) placed.path = source_.name;
    const auto line = integer_in(object_in(physical, "region"), "startLine").value_or(0);
    const auto text = clean(text_in(object_in(notification, "message"), "text"), kLongestReason);
    Text words = both(tool_.name == kOwnTool ? text : fmt::format("{}: {}", tool_.name, text));
    if (text.empty())
      words = {fmt::format("{} 的通知没有内容", tool_.name),
               fmt::format("{} notifies of something unnamed", tool_.name)};
    tool_.complain({std::move(placed.path),
                    line > 0 && line < std::numeric_limits<int>::max() ? static_cast<int>(line) : 0, "",
                    std::move(words)});
  }

  static const json::object* physical_location(const json::object& thing) {
    return object_in(object_at(array_in(&thing, "locations"), 0), "physicalLocation");
  }

  void refuse(std::size_t index, const std::string& path, const std::string& rule, const Text& why) {
    tool_.complain({path.empty() ? source_.name : path,
                    0,
                    "",
                    {fmt::format("{} 的第 {} 次运行的结果 {}{}：{}", tool_.name, number_, index,
                                 rule.empty() ? "" : "（" + rule + "）", why.zh),
                     fmt::format("result {} of run {} of {}{}: {}", index, number_, tool_.name,
                                 rule.empty() ? "" : " (" + rule + ")", why.en)}});
  }

  // Says itself that there is nothing to mend: passed, or gone since an earlier run.
  static bool tells_of_nothing(const json::object& result) {
    const auto kind = text_in(&result, "kind");
    return kind == "pass" || kind == "notApplicable" || kind == "informational" ||
           text_in(&result, "baselineState") == "absent";
  }

  // All that stand must be accepted, and a status that is not said is (3.27.23, 3.35.3).
  static bool is_suppressed(const json::object& result) {
    const auto& suppressions = items_in(&result, "suppressions");
    return !suppressions.empty() && std::all_of(suppressions.begin(), suppressions.end(), [](const json::value& one) {
      const auto status = text_in(one.if_object(), "status");
      return one.is_object() && (status.empty() || status == "accepted");
    });
  }

  void read_result(const json::object* result, std::size_t index) {
    if (!result) return refuse(index, "", "", {"不是对象", "it is no object"});
    if (tells_of_nothing(*result)) return;
    if (is_suppressed(*result)) {
      ++tool_.suppressed;
      return;
    }
    const auto* rule = rules_.rule_of(*result);
    Draft draft;
    auto& finding = draft.finding;
    finding.engine = tool_.name;
    finding.rule = SarifRules::name_of(*result, rule);
    const auto* physical = physical_location(*result);
    const auto* artifact = object_in(physical, "artifactLocation");
    const auto placed = artifact ? paths_.path_of(*artifact) : Placed{"", Text{"没有指明文件", "no file is named"}};
    const auto message = rules_.message_of(*result, rule);
    if (placed.refused) {
      const auto said = message.empty() ? "" : fmt::format(": {}", message.substr(0, message.find('\n')));
      return refuse(index, "", finding.rule, {placed.refused->zh + said, placed.refused->en + said});
    }
    finding.path = placed.path;
    if (finding.rule.empty()) return refuse(index, placed.path, "", {"没有规则名", "it names no rule"});
    if (message.empty()) return refuse(index, placed.path, finding.rule, {"没有说明", "it has no message"});
    const auto severity = severity_of(*result, rule);
    if (!severity)
      return refuse(index, placed.path, finding.rule,
                    {"级别不是 error、warning、note、none 之一", "its level is none of error, warning, note, none"});
    finding.severity = *severity;
    const auto* region = object_in(physical, "region");
    if (!read_range(region, finding.range))
      return refuse(index, placed.path, finding.rule, {"行号或列号不对", "its lines or columns are no such numbers"});
    finding.message = both(message);
    finding.remedy = remedy_of(rule);
    if (tool_.name == kOwnTool) read_own(*result, finding);
    settle(*result, region, draft);
    text_ += finding.path.size() + 2 * (finding.message.en.size() + finding.remedy.en.size()) + draft.context.size();
    tool_.drafts.push_back(std::move(draft));
  }

  // Lines and columns that are absent: the whole file, or an empty range.
  static bool read_range(const json::object* region, Range& range) {
    bool good = true;
    const auto read = [&](std::string_view name, int absent) {
      const auto* value = member(region, name);
      if (!value) return absent;
      const bool fits =
          value->is_int64() && value->get_int64() >= 1 && value->get_int64() < std::numeric_limits<int>::max();
      good = good && fits;
      return fits ? static_cast<int>(value->get_int64()) : absent;
    };
    range.line = read("startLine", 1);
    range.column = read("startColumn", 1);
    range.end_line = read("endLine", range.line);
    range.end_column = read("endColumn", range.end_line == range.line ? range.column : 1);
    return good && std::tie(range.line, range.column) <= std::tie(range.end_line, range.end_column);
  }

  // What our own results say beyond SARIF, so that they come back as they went.
  static void read_own(const json::object& result, Finding& finding) {
    const auto* properties = object_in(&result, "properties");
    if (const auto engine = text_in(properties, "engine"); is_tool_name(engine)) finding.engine = engine;
    if (const auto severity = enum_from<Severity>(text_in(properties, "severity"))) finding.severity = *severity;
    const auto commit = text_in(properties, "commit");
    if (commit.size() == 40 && commit.find_first_not_of("0123456789abcdef") == std::string_view::npos)
      finding.commit = commit;
  }

  // By what the tool has for it (3.27.16, 3.27.17), which is to be told apart by rule and path; else by its line.
  void settle(const json::object& result, const json::object* region, Draft& draft) {
    auto& finding = draft.finding;
    const auto own = text_in(object_in(&result, "partialFingerprints"), "sampan/v1");
    if (tool_.name == kOwnTool && own.size() == 32 &&
        own.find_first_not_of("0123456789abcdef") == std::string_view::npos) {
      finding.fingerprint = own;
      return;
    }
    std::map<std::string_view, std::string_view> said;
    for (const auto* name : {"partialFingerprints", "fingerprints"}) {  // whole ones go before parts
      const auto* prints = object_in(&result, name);
      if (!prints || prints->empty()) continue;
      said.clear();
      for (const auto& print : *prints)
        said.emplace(std::string_view(print.key().data(), print.key().size()),
                     text_in(prints, std::string_view(print.key().data(), print.key().size())));
    }
    const auto name = finding.engine + "\n" + finding.rule;
    if (said.empty()) {
      draft.context = clean(text_in(object_in(region, "snippet"), "text"), kLongestReason);
      if (draft.context.empty()) draft.context = finding.message.en;
      return;
    }
    std::string text = name + "\n" + finding.path + "\n";
    for (const auto& [key, value] : said) text += fmt::format("{}={}\n", key, value);
    finding.fingerprint = sha256_hex(text).substr(0, 32);
  }

  const json::object& run_;
  const int number_;
  const SarifSource& source_;
  Tool& tool_;
  std::size_t& text_;  // of the whole file's findings
  const SarifRules rules_;
  const SarifPaths paths_;
};

// Those that are known again by their line get it, where the file is at hand.
Result<void> take_lines(std::vector<Tool>& tools, const SarifSource& source) {
  std::map<std::string, std::vector<Draft*>, std::less<>> wanted;
  std::set<std::string> paths;
  for (auto& tool : tools) {
    for (auto& draft : tool.drafts) {
      if (draft.context.empty()) continue;
      wanted[draft.finding.path].push_back(&draft);
      paths.insert(draft.finding.path);
    }
  }
  if (!source.read || paths.empty()) return {};
  return source.read(paths, [&](const std::string& path, const std::string& text) {
    const auto found = wanted.find(path);
    if (found == wanted.end()) return;
    const auto lines = split(text, '\n');
    for (auto* draft : found->second) {
      const auto line = static_cast<std::size_t>(draft->finding.range.line);
      if (line > lines.size() || trim(lines[line - 1]).empty()) continue;
      draft->context = lines[line - 1].substr(0, kLongestReason);
    }
  });
}

ToolResults finished(Tool tool, const SarifSource& source) {
  ToolResults out{std::move(tool.name), {}};
  std::map<std::string, int> seen;
  for (auto& [finding, context] : tool.drafts) {
    if (!context.empty()) finding.fingerprint = fingerprint(finding.engine + "/" + finding.rule, finding.path, context);
    if (const int nth = seen[finding.fingerprint]++; nth > 0)
      finding.fingerprint = repeated_fingerprint(finding.fingerprint, nth);
    out.scanned.findings.push_back(std::move(finding));
  }
  out.scanned.gaps = std::move(tool.gaps);
  if (tool.unread > kMostSarifGaps)
    out.scanned.gaps.push_back(
        {source.name, 0, "",
         Text{fmt::format("{} 还有 {} 条没有读懂", out.tool, tool.unread - kMostSarifGaps),
              fmt::format("{} more records of {} could not be read", tool.unread - kMostSarifGaps, out.tool)}});
  if (tool.over > 0)
    out.scanned.gaps.push_back(
        {source.name, 0, "",
         tool.results > kMostSarifResults
             ? Text{fmt::format("{} 的结果超过 {} 个，其余 {} 个没有读", out.tool, kMostSarifResults, tool.over),
                    fmt::format("{} has more than {} results: {} were not read", out.tool, kMostSarifResults,
                                tool.over)}
             : Text{fmt::format("结果的文字超过 {} MiB：{} 有 {} 个没有读", kMostSarifText >> 20, out.tool, tool.over),
                    fmt::format("the results have more than {} MiB of text: {} of {} were not read",
                                kMostSarifText >> 20, tool.over, out.tool)}});
  out.scanned.suppressed = tool.suppressed;
  std::stable_sort(out.scanned.findings.begin(), out.scanned.findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.path, a.range.line, a.range.column) < std::tie(b.path, b.range.line, b.range.column);
  });
  std::stable_sort(out.scanned.gaps.begin(), out.scanned.gaps.end(),
                   [](const Gap& a, const Gap& b) { return std::tie(a.path, a.line) < std::tie(b.path, b.line); });
  return out;
}

Tool& tool_named(std::vector<Tool>& tools, std::string_view name) {
  const auto found = std::find_if(tools.begin(), tools.end(), [&](const Tool& tool) { return tool.name == name; });
  if (found != tools.end()) return *found;
  tools.push_back({std::string(name), {}, {}, 0, 0, 0, 0});
  return tools.back();
}

}  // namespace

bool is_tool_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestTool && is_valid_utf8(name) && trim(name) == name &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<std::vector<ToolResults>> read_sarif(std::string_view text, const SarifSource& source) {
  if (text.size() > kMostSarifBytes)
    return fail(Errc::invalid, "{}: over {} MiB, which is the most that is read", source.name, kMostSarifBytes >> 20);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto document = TRY(parse_json(text).context(source.name));
  const auto* log = document.if_object();
  if (const auto version = text_in(log, "version"); !version.starts_with("2.1.0"))
    return fail(Errc::invalid, "{}: expected SARIF with \"version\": \"2.1.0\", found '{}'", source.name,
                clean(version, 40));
  const auto* runs = array_in(log, "runs");
  if (!runs) return fail(Errc::invalid, "{}: SARIF without a list of runs", source.name);
  std::vector<Tool> tools;
  std::size_t text_kept = 0;
  for (std::size_t i = 0; i < runs->size(); ++i) {
    const auto* run = (*runs)[i].if_object();
    const auto name = text_in(object_in(object_in(run, "tool"), "driver"), "name");
    if (!is_tool_name(name))
      return fail(Errc::invalid, "{}: run {} has no name of its tool (tool.driver.name) of 1 to {} characters",
                  source.name, i + 1, kLongestTool);
    auto& tool = tool_named(tools, name);
    if (tools.size() > kMostSarifTools)
      return fail(Errc::invalid, "{}: results of more than {} tools: hand them in apart", source.name, kMostSarifTools);
    RunReader(*run, static_cast<int>(i + 1), source, tool, text_kept).read();
  }
  TRY(take_lines(tools, source));
  std::vector<ToolResults> all;
  for (auto& tool : tools) all.push_back(finished(std::move(tool), source));
  return all;
}

}  // namespace sampan::scan
