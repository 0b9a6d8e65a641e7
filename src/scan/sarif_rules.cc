#include "scan/sarif_rules.h"

#include <charconv>

#include "base/text.h"
#include "scan/sarif.h"
#include "scan/sarif_values.h"

namespace sampan::scan {

using namespace sarif;

namespace {

constexpr std::size_t kLongestRule = 200, kLongestText = 4'000, kLongestRemedy = 1'000;
constexpr std::size_t kLongestNumber = 12;     // of an argument, in its braces
constexpr int kMostParts = 20;                 // of a hierarchical id
constexpr double kBlocker = 9, kCritical = 7;  // of CVSS, as GitHub draws them: critical and high
constexpr double kHighestRank = 90;            // of SARIF's 0 to 100

std::optional<double> number_in(const json::object* object, std::string_view name) {
  const auto* value = member(object, name);
  if (!value) return std::nullopt;
  if (value->is_double()) return value->get_double();
  if (value->is_int64()) return static_cast<double>(value->get_int64());
  const auto text = text_in(object, name);  // GitHub's is a text
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "{0}" is the first argument, "{{" a brace (3.11.5). A link "[text](1)" to a place of the result is its text (3.11.6).
std::string filled(std::string_view form, const json::array& arguments) {
  std::string out;
  for (std::size_t i = 0; i < form.size() && out.size() <= kLongestText; ++i) {
    const char c = form[i];
    const bool twice = i + 1 < form.size() && form[i + 1] == c;
    if ((c == '{' || c == '}') && twice) {
      out += c;
      ++i;
      continue;
    }
    auto close = c == '{' ? form.substr(i, kLongestNumber).find('}') : std::string_view::npos;
    if (close != std::string_view::npos) close += i;
    std::size_t number = 0;
    const auto* begin = form.data() + i + 1;
    const auto* end = close == std::string_view::npos ? begin : form.data() + close;
    const auto [last, error] = std::from_chars(begin, end, number);
    if (begin == end || error != std::errc() || last != end || number >= arguments.size()) {
      out += c;
      continue;
    }
    if (const auto* text = arguments[number].if_string()) out.append(text->data(), text->size());
    i = close;
  }
  return out;
}

std::string without_links(std::string_view text) {
  std::string out;
  while (true) {
    const auto middle = text.find("](");
    if (middle == std::string_view::npos) return out + std::string(text);
    const auto end = text.find_first_not_of("0123456789", middle + 2);
    const auto begin = text.rfind('[', middle);
    const bool link = begin != std::string_view::npos && end != std::string_view::npos && end > middle + 2 &&
                      text[end] == ')' && (begin == 0 || text[begin - 1] != '\\');
    if (link) {
      out += text.substr(0, begin);
      out += text.substr(begin + 1, middle - begin - 1);
    } else {
      out += text.substr(0, middle + 2);
    }
    text.remove_prefix(link ? end + 1 : middle + 2);
  }
}

std::string_view words_of(const json::object* object, std::string_view name) {
  return text_in(object_in(object, name), "text");
}

}  // namespace

std::string clean(std::string_view text, std::size_t most) {
  const bool cut = text.size() > most;
  std::string out = to_valid_utf8(text.substr(0, most));
  if (cut) {  // not within a character
    while (!out.empty() && out.ends_with("\xEF\xBF\xBD")) out.resize(out.size() - 3);
    out += "…";
  }
  for (auto& c : out) {
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f) c = ' ';
  }
  return std::string(trim(out));
}

SarifRules::SarifRules(const json::object& run) : tool_(object_in(&run, "tool")) {
  add(object_in(tool_, "driver"));
  for (const auto& extension : items_in(tool_, "extensions")) add(extension.if_object());
}

void SarifRules::add(const json::object* component) {
  for (const auto& rule : items_in(component, "rules")) {
    const auto id = text_in(rule.if_object(), "id");
    if (!id.empty()) by_id_.emplace(id, rule.if_object());
  }
}

const json::object* SarifRules::rule_of(const json::object& result) const {
  const auto* reference = object_in(&result, "rule");
  const auto* component = object_in(tool_, "driver");
  if (const auto index = integer_in(object_in(reference, "toolComponent"), "index"))
    component = object_at(array_in(tool_, "extensions"), index);
  auto index = integer_in(&result, "ruleIndex");
  if (!index) index = integer_in(reference, "index");
  if (const auto* rule = object_at(array_in(component, "rules"), index)) return rule;
  auto id = text_in(&result, "ruleId");
  if (id.empty()) id = text_in(reference, "id");
  for (int part = 0; !id.empty() && part < kMostParts; ++part) {  // "CA1000/1" is a part of CA1000 (3.5.4)
    if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second;
    const auto slash = id.rfind('/');
    id = slash == std::string_view::npos ? std::string_view() : id.substr(0, slash);
  }
  return nullptr;
}

std::string SarifRules::name_of(const json::object& result, const json::object* rule) {
  auto id = text_in(&result, "ruleId");
  if (id.empty()) id = text_in(object_in(&result, "rule"), "id");
  if (id.empty()) id = text_in(rule, "id");
  return clean(id, kLongestRule);
}

std::string_view SarifRules::message_string(std::string_view id, const json::object* rule) const {
  const auto text = words_of(object_in(rule, "messageStrings"), id);
  return text.empty() ? words_of(object_in(object_in(tool_, "driver"), "globalMessageStrings"), id) : text;
}

std::string SarifRules::message_of(const json::object& result, const json::object* rule) const {
  const auto* message = object_in(&result, "message");
  auto form = text_in(message, "text");
  if (text_in(object_in(tool_, "driver"), "name") == kOwnTool) return clean(form, kLongestText);
  if (form.empty()) form = message_string(text_in(message, "id"), rule);
  return clean(without_links(filled(form, items_in(message, "arguments"))), kLongestText);
}

std::optional<Severity> severity_of(const json::object& result, const json::object* rule) {
  const auto* standard = object_in(rule, "defaultConfiguration");
  auto grave = number_in(object_in(&result, "properties"), "security-severity");
  if (!grave) grave = number_in(object_in(rule, "properties"), "security-severity");
  if (grave && *grave > 0)
    return *grave >= kBlocker ? Severity::blocker : *grave >= kCritical ? Severity::critical : Severity::major;
  auto level = text_in(&result, "level");
  if (level.empty()) level = text_in(standard, "level");
  if (!level.empty() && level != "error" && level != "warning" && level != "note" && level != "none")
    return std::nullopt;
  auto rank = number_in(&result, "rank");
  if (!rank) rank = number_in(standard, "rank");
  if (rank && *rank >= kHighestRank) return Severity::blocker;
  return level == "error" ? Severity::critical : Severity::major;
}

Text remedy_of(const json::object* rule) {
  auto words = words_of(rule, "help");
  if (words.empty()) words = words_of(rule, "fullDescription");
  if (words.empty()) words = words_of(rule, "shortDescription");
  const auto text = clean(words, kLongestRemedy);
  if (!text.empty()) return {text, text};
  const auto page = clean(text_in(rule, "helpUri"), kLongestRemedy);
  if (page.empty()) return {};
  return {"参见 " + page, "see " + page};
}

}  // namespace sampan::scan
