#include "scan/suppress.h"

#include <algorithm>

#include "base/text.h"
#include "scan/java/syntax.h"

namespace sampan::scan {

namespace {

constexpr std::string_view kRequest = "sampan:ignore";

bool is_blank(std::string_view text) { return trim(text).empty(); }

}  // namespace

std::optional<Request> find_request(std::string_view line) {
  const auto at = line.find(kRequest);
  if (at == std::string_view::npos) return std::nullopt;
  auto rest = trim(line.substr(at + kRequest.size()));
  for (const std::string_view end : {"*/", "-->", "--%>", "#}", "*)"}) {
    if (rest.ends_with(end)) rest = trim(rest.substr(0, rest.size() - end.size()));
  }
  const auto space = rest.find_first_of(" \t");
  return Request{std::string(rest.substr(0, space)),
                 std::string(space == std::string_view::npos ? std::string_view() : trim(rest.substr(space)))};
}

bool stands_alone(std::string_view line) {
  const auto before = line.substr(0, line.find(kRequest));
  return std::none_of(before.begin(), before.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '=' || c == '"';
  });
}

std::optional<Gap> refuse(const Request& request, int line, const std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), request.rule) == names.end())
    return Gap{"",
               line,
               "",
               {fmt::format("sampan:ignore 后面不是规则名：“{}”", request.rule),
                fmt::format("sampan:ignore names no rule: '{}'{}", request.rule, did_you_mean(request.rule, names))}};
  if (request.reason.empty())
    return Gap{"",
               line,
               request.rule,
               {fmt::format("sampan:ignore {} 没有写原因，不生效", request.rule),
                fmt::format("sampan:ignore {} gives no reason and is not honoured", request.rule)}};
  return std::nullopt;
}

Suppressions::Suppressions(const java::Tree& tree, const std::vector<std::string>& names) {
  const auto& comments = tree.comments();
  for (std::size_t i = 0; i < comments.size(); ++i) {
    const auto& comment = comments[i];
    const auto text = tree.text(comment);
    if (comment.kind == java::Comment::Kind::line && text.find("NOPMD") != std::string_view::npos)
      lines_.emplace(comment.line, "");
    if (text.find(kRequest) == std::string_view::npos) continue;
    const auto before =
        tree.text().substr(tree.line_start(comment.line), comment.start - tree.line_start(comment.line));
    int next = comment.end_line;
    if (is_blank(before)) {  // alone: it speaks of the next line that is no comment
      ++next;
      for (auto later = i + 1; later < comments.size() && comments[later].line == next; ++later)
        next = comments[later].end_line + 1;
    }
    read_request(text, comment.line, next, names);
  }
  for (const auto kind : {java::Kind::annotation}) {
    for (java::Node annotation : tree.all(kind)) read_annotation(annotation);
  }
}

Suppressions::Suppressions(std::string_view template_text, const std::vector<std::string>& names) {
  int line = 1;
  for (const auto& text : split(template_text, '\n')) {
    const auto at = text.find("##");
    if (at != std::string::npos && text.find(kRequest, at) != std::string::npos)
      read_request(std::string_view(text).substr(at), line,
                   is_blank(std::string_view(text).substr(0, at)) ? line + 1 : line, names);
    ++line;
  }
}

void Suppressions::read_request(std::string_view comment, int line, int next_line,
                                const std::vector<std::string>& names) {
  const auto request = *find_request(comment);
  if (auto refusal = refuse(request, line, names)) return refused_.push_back(std::move(*refusal));
  lines_.emplace(line, request.rule);
  if (next_line != line) lines_.emplace(next_line, request.rule);
}

void Suppressions::read_annotation(java::Node annotation) {
  if (java::annotation_name(annotation) != "SuppressWarnings") return;
  const java::Node declared = annotation.parent().parent();
  for (java::Node value : annotation.descendants()) {
    if (!java::is_string(value)) continue;
    const auto word = value.text().substr(1, value.text().size() - 2);
    const java::Span span{declared.start(), declared.end()};
    if (word == "PMD" || word == "all") parts_.push_back({span, ""});
    if (word.starts_with("PMD.")) parts_.push_back({span, std::string(word.substr(4))});
  }
}

bool Suppressions::covers(std::string_view rule, std::uint32_t offset, int line) const {
  const auto fits = [&](const std::string& own) { return own.empty() || own == rule; };
  const auto [from, to] = lines_.equal_range(line);
  return std::any_of(from, to, [&](const auto& own) { return fits(own.second); }) ||
         std::any_of(parts_.begin(), parts_.end(), [&](const Part& own) {
           return own.span.start <= offset && offset < own.span.end && fits(own.rule);
         });
}

}  // namespace sampan::scan
