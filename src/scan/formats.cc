#include "scan/formats.h"

#include <map>

#include "base/enum_text.h"
#include "base/json_struct.h"
#include "base/text.h"

namespace sampan::scan {

namespace {

// The JSON form: the nouns as they are.
struct JsonText {
  std::string zh, en;
};
BOOST_DESCRIBE_STRUCT(JsonText, (), (zh, en))
struct JsonEdit {
  int line, column, end_line, end_column;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(JsonEdit, (), (line, column, end_line, end_column, text))
struct JsonFinding {
  std::string engine, rule;
  Severity severity;
  std::string path;
  int line, column, end_line, end_column;
  JsonText message, remedy;
  std::string fingerprint;
  std::optional<std::string> commit;
  std::optional<std::vector<JsonEdit>> fix;
};
BOOST_DESCRIBE_STRUCT(JsonFinding, (),
                      (engine, rule, severity, path, line, column, end_line, end_column, message, remedy, fingerprint,
                       commit, fix))
struct JsonGap {
  std::string path;
  int line;
  std::string rule;
  JsonText reason;
};
BOOST_DESCRIBE_STRUCT(JsonGap, (), (path, line, rule, reason))
struct JsonResult {
  Verdict verdict;
  int files, binary;
  std::int64_t bytes;
  int suppressed, blocker, critical, major;
  std::vector<JsonFinding> findings;
  std::vector<JsonGap> gaps;
};
BOOST_DESCRIBE_STRUCT(JsonResult, (),
                      (verdict, files, binary, bytes, suppressed, blocker, critical, major, findings, gaps))

std::optional<std::vector<JsonEdit>> json_fix(const Finding& finding) {
  if (finding.fix.empty()) return std::nullopt;
  std::vector<JsonEdit> edits;
  for (const auto& [start, end, range, text] : finding.fix)
    edits.push_back({range.line, range.column, range.end_line, range.end_column, text});
  return edits;
}

JsonText json_text(const Text& text) { return {text.zh, text.en}; }

// Text for an XML attribute or element; characters XML 1.0 forbids become '?', bytes that are no text U+FFFD: names of
// files and packages may be any bytes.
std::string xml(std::string_view given) {
  const std::string text = to_valid_utf8(given);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto three = std::string_view(text).substr(i, 3);
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r')
      out += '?';
    else if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF")  // U+FFFE and U+FFFF
      out += '?', i += 2;
    else
      out += c;
  }
  return out;
}

std::string commit_of(const Finding& finding, Language language) {
  if (finding.commit.empty()) return "";
  return fmt::format("{} {}", language == Language::zh ? "，提交" : ", commit", finding.commit.substr(0, 12));
}

std::string place(const std::string& path, int line) { return line > 0 ? fmt::format("{}:{}", path, line) : path; }

}  // namespace

const std::string& in(Language language, const Text& text) { return language == Language::zh ? text.zh : text.en; }

std::string as_text(const Scanned& scanned, Verdict verdict, Language language) {
  const bool chinese = language == Language::zh;
  std::string out;
  for (const auto& finding : scanned.findings) {
    out += fmt::format("{}:{}:{}: {}: {} [{}]{}\n", finding.path, finding.range.line, finding.range.column,
                       in(language, shown(finding.severity)), in(language, finding.message), finding.rule,
                       commit_of(finding, language));
    if (!in(language, finding.remedy).empty()) out += fmt::format("    {}\n", in(language, finding.remedy));
  }
  for (const auto& gap : scanned.gaps)
    out += fmt::format("{}: {}: {}\n", place(gap.path, gap.line), chinese ? "未查清" : "gap", in(language, gap.reason));
  const int blocker = count(scanned, Severity::blocker), critical = count(scanned, Severity::critical),
            major = count(scanned, Severity::major);
  out += chinese ? fmt::format("检查了 {} 个文件：严重 {}，警告 {}，建议 {}；代码中声明忽略 {}，未查清 {}\n",
                               scanned.files, blocker, critical, major, scanned.suppressed, scanned.gaps.size())
                 : fmt::format("{} files: {} severe, {} warnings, {} suggestions; {} ignored in the code, {} gaps\n",
                               scanned.files, blocker, critical, major, scanned.suppressed, scanned.gaps.size());
  if (verdict == Verdict::over_limit) out += chinese ? "超过红线\n" : "over the limit\n";
  if (verdict == Verdict::incomplete)
    out += chinese ? "没有超过红线，但没有全部查清\n" : "within the limits, but not everything could be checked\n";
  return out;
}

std::string as_json(const Scanned& scanned, Verdict verdict) {
  JsonResult result{verdict,
                    scanned.files,
                    scanned.binary,
                    static_cast<std::int64_t>(scanned.bytes),
                    scanned.suppressed,
                    count(scanned, Severity::blocker),
                    count(scanned, Severity::critical),
                    count(scanned, Severity::major),
                    {},
                    {}};
  for (const auto& finding : scanned.findings) {
    const auto& range = finding.range;
    result.findings.push_back(
        {finding.engine, finding.rule, finding.severity, finding.path, range.line, range.column, range.end_line,
         range.end_column, json_text(finding.message), json_text(finding.remedy), finding.fingerprint,
         finding.commit.empty() ? std::nullopt : std::optional(finding.commit), json_fix(finding)});
  }
  for (const auto& gap : scanned.gaps) result.gaps.push_back({gap.path, gap.line, gap.rule, json_text(gap.reason)});
  return to_json(result) + "\n";
}

std::string as_junit(const Scanned& scanned, Language language) {
  std::map<std::string, std::pair<std::vector<const Finding*>, std::vector<const Gap*>>> files;
  for (const auto& finding : scanned.findings) files[finding.path].first.push_back(&finding);
  for (const auto& gap : scanned.gaps) files[gap.path].second.push_back(&gap);
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sampan scan\" tests=\"{}\" failures=\"{}\" "
      "errors=\"{}\">\n",
      scanned.findings.size() + scanned.gaps.size(), scanned.findings.size(), scanned.gaps.size());
  for (const auto& [path, parts] : files) {
    const auto& [findings, gaps] = parts;
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n", xml(path),
                       findings.size() + gaps.size(), findings.size(), gaps.size());
    for (const auto* finding : findings) {
      out += fmt::format(
          "    <testcase classname=\"{}\" name=\"{}:{}{}\"><failure type=\"{}\" "
          "message=\"{}\">{}</failure></testcase>\n",
          xml(path), xml(finding->rule), finding->range.line, commit_of(*finding, language),
          enum_text(finding->severity), xml(in(language, finding->message)), xml(in(language, finding->remedy)));
    }
    for (const auto* gap : gaps) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"gap:{}\"><error message=\"{}\"/></testcase>\n",
                         xml(path), gap->line, xml(in(language, gap->reason)));
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

std::string write(const Scanned& scanned, Verdict verdict, Format format, Language language) {
  switch (format) {
    case Format::text: return as_text(scanned, verdict, language);
    case Format::json: return as_json(scanned, verdict);
    case Format::sarif: return as_sarif(scanned, language);
    case Format::junit: return as_junit(scanned, language);
  }
  return {};
}

}  // namespace sampan::scan
