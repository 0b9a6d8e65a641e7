// Recursive descent over the expression, bounded in length and depth.
#include <array>

#include "base/text.h"
#include "pipeline/condition_node.h"

namespace sampan::pipeline {
namespace {

constexpr std::size_t kMaxLength = 2000;
constexpr int kMaxDepth = 40;

struct Function {
  std::string_view name;
  std::size_t least, most;
};
constexpr std::array<Function, 8> kFunctions{{{"startsWith", 2, 2},
                                              {"endsWith", 2, 2},
                                              {"contains", 2, 2},
                                              {"weekDay", 0, 0},
                                              {"timeIn", 2, 2},
                                              {"always", 0, 0},
                                              {"succeed", 0, 50},
                                              {"failed", 0, 50}}};

using NodePtr = std::shared_ptr<const Condition::Node>;
using Kind = Condition::Node::Kind;

NodePtr make(Kind kind, std::string text, std::vector<NodePtr> parts = {}) {
  auto node = std::make_shared<Condition::Node>();
  node->kind = kind;
  node->text = std::move(text);
  node->parts = std::move(parts);
  return node;
}

bool name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-' || c == ':';
}

}  // namespace

class ConditionParser {
 public:
  explicit ConditionParser(std::string_view text) : text_(text) {}

  Result<Condition> parse() {
    if (text_.size() > kMaxLength)
      return fail(Errc::too_large, "the condition is longer than {} characters", kMaxLength);
    result_.root_ = TRY(any(0));
    skip_space();
    if (at_ < text_.size()) return expected("&&, || or the end");
    return std::move(result_);
  }

 private:
  tl::unexpected<Error> expected(std::string_view what) const {
    if (at_ >= text_.size()) return fail(Errc::invalid, "the condition ends too early: expected {}", what);
    return fail(Errc::invalid, "the condition has '{}' at character {}: expected {}", text_.substr(at_, 12), at_ + 1,
                what);
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
      ++at_;
  }

  bool accept(std::string_view token) {
    skip_space();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  Result<NodePtr> any(int depth) {
    if (depth > kMaxDepth) return fail(Errc::too_large, "the condition is nested deeper than {} levels", kMaxDepth);
    NodePtr first = TRY(all(depth + 1));
    std::vector<NodePtr> parts{std::move(first)};
    while (accept("||")) parts.push_back(TRY(all(depth + 1)));
    return parts.size() == 1 ? parts[0] : make(Kind::any, "", std::move(parts));
  }

  Result<NodePtr> all(int depth) {
    NodePtr first = TRY(negation(depth + 1));
    std::vector<NodePtr> parts{std::move(first)};
    while (accept("&&")) parts.push_back(TRY(negation(depth + 1)));
    return parts.size() == 1 ? parts[0] : make(Kind::all, "", std::move(parts));
  }

  Result<NodePtr> negation(int depth) {
    if (depth > kMaxDepth) return fail(Errc::too_large, "the condition is nested deeper than {} levels", kMaxDepth);
    skip_space();
    if (text_.substr(at_).starts_with("!") && !text_.substr(at_).starts_with("!=")) {
      ++at_;
      NodePtr inner = TRY(negation(depth + 1));
      return make(Kind::negation, "", {inner});
    }
    NodePtr left = TRY(value(depth + 1));
    const bool equal = accept("==");
    if (!equal && !accept("!=")) return left;
    NodePtr right = TRY(value(depth + 1));
    return make(equal ? Kind::equal : Kind::differs, "", {left, right});
  }

  Result<NodePtr> value(int depth) {
    skip_space();
    if (at_ >= text_.size()) return expected("a text in quotes, a function or '('");
    const char c = text_[at_];
    if (accept("(")) {
      NodePtr inner = TRY(any(depth + 1));
      if (!accept(")")) return expected("')'");
      return inner;
    }
    if (c == '"' || c == '\'') return quoted(c);
    if (accept("[")) return list(depth);
    if (c == '$') return variable();
    if (name_char(c)) return word(depth);
    return expected("a text in quotes, a function or '('");
  }

  Result<NodePtr> quoted(char quote) {
    std::string text;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\' && i + 1 < text_.size()) {
        text += text_[++i];
      } else if (text_[i] == quote) {
        at_ = i + 1;
        return make(Kind::text, std::move(text));
      } else {
        text += text_[i];
      }
    }
    return fail(Errc::invalid, "the condition has a text that is not closed: {}", text_.substr(at_, 30));
  }

  Result<NodePtr> variable() {
    const std::size_t end = text_.find('}', at_);
    if (!text_.substr(at_).starts_with("${") || end == std::string_view::npos) return expected("${NAME}");
    std::string text(text_.substr(at_, end + 1 - at_));
    at_ = end + 1;
    return make(Kind::text, std::move(text));
  }

  Result<NodePtr> list(int depth) {
    std::vector<NodePtr> items;
    while (!accept("]")) {
      if (!items.empty() && !accept(",")) return expected("',' or ']'");
      items.push_back(TRY(value(depth + 1)));
    }
    return make(Kind::list, "", std::move(items));
  }

  Result<NodePtr> word(int depth) {
    const std::size_t start = at_;
    while (at_ < text_.size() && name_char(text_[at_])) ++at_;
    std::string name(text_.substr(start, at_ - start));
    if (accept("(")) return call(name, start, depth);
    if (name == "true" || name == "false") return make(Kind::boolean, std::move(name));
    if (name.find_first_not_of("0123456789.") == std::string::npos) return make(Kind::number, std::move(name));
    at_ = start;
    return expected(fmt::format("a text in quotes, like \"{}\", or a function", name));
  }

  Result<NodePtr> call(const std::string& name, std::size_t start, int depth) {
    const Function* function = nullptr;
    std::vector<std::string> names;
    for (const Function& known : kFunctions) {
      names.emplace_back(known.name);
      if (known.name == name) function = &known;
    }
    if (function == nullptr) {
      return fail(Errc::invalid, "the condition calls '{}' at character {}, which is not a function{}; there are {}",
                  name, start + 1, did_you_mean(name, names), join(names, ", "));
    }
    const bool about_jobs = name == "succeed" || name == "failed";
    std::vector<NodePtr> arguments;
    while (!accept(")")) {
      if (!arguments.empty() && !accept(",")) return expected("',' or ')'");
      arguments.push_back(TRY(about_jobs ? job_name() : value(depth + 1)));
    }
    if (arguments.size() < function->least || arguments.size() > function->most) {
      return fail(Errc::invalid, "{}() in the condition takes {} values, found {}", name, function->least,
                  arguments.size());
    }
    if (about_jobs || name == "always") result_.asks_outcome_ = true;
    if (about_jobs)
      for (const NodePtr& argument : arguments) result_.jobs_.push_back(argument->text);
    return make(Kind::call, name, std::move(arguments));
  }

  Result<NodePtr> job_name() {
    skip_space();
    if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) return quoted(text_[at_]);
    const std::size_t start = at_;
    while (at_ < text_.size() && name_char(text_[at_])) ++at_;
    if (at_ == start) return expected("the id of a job");
    return make(Kind::text, std::string(text_.substr(start, at_ - start)));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Condition result_;
};

Result<Condition> Condition::parse(std::string_view text) { return ConditionParser(text).parse(); }

}  // namespace sampan::pipeline
