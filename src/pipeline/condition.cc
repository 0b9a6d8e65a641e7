#include "pipeline/condition.h"

#include "base/text.h"
#include "pipeline/condition_node.h"

namespace sampan::pipeline {
namespace {

using Node = Condition::Node;
using Kind = Node::Kind;

std::optional<int> seconds_of(std::string_view clock) {
  const auto parts = split(clock, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  int total = 0;
  for (const std::string& part : parts) {
    if (part.empty() || part.size() > 2 || part.find_first_not_of("0123456789") != std::string::npos)
      return std::nullopt;
    total = total * 60 + std::stoi(part);
  }
  return parts.size() == 2 ? total * 60 : total;
}

// A value of the expression and how it reads with its variables filled in.
struct Evaluated {
  std::string text;  // booleans are "true" and "false"
  std::vector<std::string> items;
  std::string shown;
  bool truth() const { return text == "true"; }
};

class Evaluator {
 public:
  explicit Evaluator(const ConditionInput& input) : input_(input) {}

  Evaluated evaluate(const Node& node) const {
    switch (node.kind) {
      case Kind::text: {
        std::string text = fill_in(node.text);
        return {text, {}, fmt::format("\"{}\"", text)};
      }
      case Kind::number:
      case Kind::boolean: return {node.text, {}, node.text};
      case Kind::list: return list(node);
      case Kind::negation: {
        const Evaluated inner = evaluate(*node.parts[0]);
        return boolean(!inner.truth(), "!" + inner.shown);
      }
      case Kind::equal:
      case Kind::differs: {
        const Evaluated left = evaluate(*node.parts[0]), right = evaluate(*node.parts[1]);
        const bool same = left.text == right.text;
        return boolean(same == (node.kind == Kind::equal),
                       fmt::format("{} {} {}", left.shown, node.kind == Kind::equal ? "==" : "!=", right.shown));
      }
      case Kind::all:
      case Kind::any: return combine(node);
      case Kind::call: return call(node);
    }
    return {};
  }

 private:
  static Evaluated boolean(bool truth, std::string shown) { return {truth ? "true" : "false", {}, std::move(shown)}; }

  std::string fill_in(const std::string& text) const {
    std::string out;
    std::size_t copied = 0;
    for (std::size_t at = text.find("${"); at != std::string::npos; at = text.find("${", at + 2)) {
      const std::size_t end = text.find('}', at);
      if (end == std::string::npos) break;
      out += text.substr(copied, at - copied);
      auto value = input_.variables.find(std::string_view(text).substr(at + 2, end - at - 2));
      if (value != input_.variables.end()) out += value->second;
      copied = end + 1;
    }
    return out + text.substr(copied);
  }

  Evaluated list(const Node& node) const {
    Evaluated all;
    for (const auto& part : node.parts) {
      Evaluated item = evaluate(*part);
      all.shown += (all.items.empty() ? "[" : ", ") + item.shown;
      all.items.push_back(std::move(item.text));
    }
    all.shown = node.parts.empty() ? "[]" : all.shown + "]";
    return all;
  }

  Evaluated combine(const Node& node) const {
    const bool all = node.kind == Kind::all;
    bool truth = all;
    std::string shown;
    for (const auto& part : node.parts) {
      const Evaluated value = evaluate(*part);
      const bool nested = part->kind == Kind::any || part->kind == Kind::all;
      if (!shown.empty()) shown += all ? " && " : " || ";
      shown += nested ? "(" + value.shown + ")" : value.shown;
      truth = all ? truth && value.truth() : truth || value.truth();
    }
    return boolean(truth, shown);
  }

  Evaluated call(const Node& node) const {
    if (node.text == "weekDay")
      return {std::to_string(input_.weekday), {}, fmt::format("weekDay() (now {})", input_.weekday)};
    std::string shown = node.text + "(";
    std::vector<Evaluated> arguments;
    for (const auto& part : node.parts) {
      arguments.push_back(evaluate(*part));
      shown += (arguments.size() > 1 ? ", " : "") + arguments.back().shown;
    }
    shown += ")";
    if (node.text == "always") return boolean(true, shown);
    if (node.text == "startsWith") return boolean(arguments[0].text.starts_with(arguments[1].text), shown);
    if (node.text == "endsWith") return boolean(arguments[0].text.ends_with(arguments[1].text), shown);
    if (node.text == "contains") return boolean(contains(arguments[0], arguments[1].text), shown);
    if (node.text == "timeIn") return boolean(time_in(arguments[0].text, arguments[1].text), shown + now_text());
    return boolean(outcome(node.text == "succeed", arguments), shown);
  }

  static bool contains(const Evaluated& in, const std::string& item) {
    if (!in.items.empty()) return std::find(in.items.begin(), in.items.end(), item) != in.items.end();
    return !item.empty() && in.text.find(item) != std::string::npos;
  }

  bool time_in(std::string_view from, std::string_view to) const {
    const auto start = seconds_of(from), end = seconds_of(to);
    if (!start || !end) return false;
    const int now = input_.second_of_day;
    return *start <= *end ? now >= *start && now <= *end : now >= *start || now <= *end;  // over midnight
  }

  std::string now_text() const {
    return fmt::format(" (now {:02}:{:02}:{:02})", input_.second_of_day / 3600, input_.second_of_day / 60 % 60,
                       input_.second_of_day % 60);
  }

  bool outcome(bool succeed, const std::vector<Evaluated>& jobs) const {
    if (jobs.empty()) return succeed ? input_.needs_succeeded : input_.needs_failed;
    const auto is = [&](const Evaluated& job, Outcome wanted) {
      return input_.outcome_of && input_.outcome_of(job.text) == wanted;
    };
    if (succeed)
      return std::all_of(jobs.begin(), jobs.end(), [&](const Evaluated& job) { return is(job, Outcome::succeeded); });
    return std::any_of(jobs.begin(), jobs.end(), [&](const Evaluated& job) { return is(job, Outcome::failed); });
  }

  const ConditionInput& input_;
};

}  // namespace

Verdict Condition::evaluate(const ConditionInput& input) const {
  const Evaluated value = Evaluator(input).evaluate(*root_);
  return {value.truth() && (asks_outcome_ || input.needs_succeeded), value.shown};
}

}  // namespace sampan::pipeline
