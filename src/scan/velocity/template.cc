#include "scan/velocity/template.h"

#include <array>

namespace sampan::scan::velocity {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<Reference> read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        at_ += 2;
        saw_text();
      } else if (c == '$' && reference()) {
      } else if (c == '#' && (comment() || directive())) {
      } else {
        ++at_;
        saw_text();
      }
    }
    return std::move(found_);
  }

 private:
  struct Block {
    bool text = false, macro = false;
    std::vector<std::size_t> waiting;  // references that had text before them and wait for some behind
  };

  char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void saw_text() {
    Block& block = blocks_.back();
    block.text = true;
    for (const auto index : block.waiting) found_[index].between_text = true;
    block.waiting.clear();
  }

  std::string_view word(std::size_t from) const {
    std::size_t end = from;
    while (end < text_.size() && is_word(text_[end])) ++end;
    return text_.substr(from, end - from);
  }

  // Behind the closing bracket; quoted brackets do not count. The end of the text when it never closes.
  std::size_t behind(std::size_t from, char open, char close) const {
    int depth = 0;
    char quote = '\0';
    for (std::size_t i = from; i < text_.size(); ++i) {
      const char c = text_[i];
      if (quote != '\0') {
        if (c == quote) quote = '\0';
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == open) {
        ++depth;
      } else if (c == close && --depth == 0) {
        return i + 1;
      }
    }
    return text_.size();
  }

  bool reference() {
    std::size_t next = at_ + 1;
    const bool quiet = next < text_.size() && text_[next] == '!';
    if (quiet) ++next;
    const bool braces = next < text_.size() && text_[next] == '{';
    if (braces) ++next;
    if (next >= text_.size() || !(is_letter(text_[next]) || text_[next] == '_')) return false;
    Reference made;
    made.quiet = quiet;
    made.start = static_cast<std::uint32_t>(at_);
    made.name = word(next);
    next += made.name.size();
    while (next + 1 < text_.size() && text_[next] == '.' && is_letter(text_[next + 1])) {
      const auto part = word(next + 1);
      made.name += '.';
      made.name += part;
      next += 1 + part.size();
      if (next < text_.size() && text_[next] == '(') next = behind(next, '(', ')');
    }
    if (braces && next < text_.size() && text_[next] == '}') ++next;
    made.end = static_cast<std::uint32_t>(next);
    for (const auto& block : blocks_) made.in_macro = made.in_macro || block.macro;
    if (blocks_.back().text) blocks_.back().waiting.push_back(found_.size());
    found_.push_back(std::move(made));
    at_ = next;
    return true;
  }

  bool comment() {
    std::size_t end = std::string_view::npos;
    if (peek(1) == '#')
      end = text_.find('\n', at_);
    else if (peek(1) == '*')
      end = text_.find("*#", at_ + 2), end += end == std::string_view::npos ? 0 : 2;
    else if (peek(1) == '[' && peek(2) == '[')
      end = text_.find("]]#", at_ + 3), end += end == std::string_view::npos ? 0 : 3;
    else
      return false;
    at_ = end == std::string_view::npos ? text_.size() : end;
    return true;
  }

  bool directive() {
    const bool braces = peek(1) == '{';
    const std::size_t from = at_ + (braces ? 2 : 1);
    if (from < text_.size() && text_[from] == '@') return false;
    const auto name = word(from);
    if (name.empty() || !is_letter(name[0])) return false;
    std::size_t next = from + name.size() + (braces ? 1 : 0);
    std::size_t open = next;
    while (open < text_.size() && (text_[open] == ' ' || text_[open] == '\t')) ++open;
    const bool arguments = open < text_.size() && text_[open] == '(';
    const bool bare = name == "end" || name == "else" || name == "stop" || name == "break";
    if (!arguments && !bare) return false;
    if (arguments && !bare) next = behind(open, '(', ')');
    if (name == "end" || name == "else" || name == "elseif") {
      if (blocks_.size() > 1) blocks_.pop_back();
    }
    if (name == "if" || name == "foreach" || name == "macro" || name == "define" || name == "else" ||
        name == "elseif") {
      if (blocks_.size() < kDepth) blocks_.push_back({false, name == "macro", {}});
    }
    at_ = next;
    return true;
  }

  static constexpr std::size_t kDepth = 1000;
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Block> blocks_{Block{}};
  std::vector<Reference> found_;
};

}  // namespace

std::vector<Reference> references(std::string_view text) { return Reader(text).read(); }

}  // namespace sampan::scan::velocity
