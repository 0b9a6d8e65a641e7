#include "scan/p3c/changes_of_text.h"

#include <algorithm>

namespace sampan::scan::p3c {

using java::Comment;
using java::Kind;
using java::Node;
using java::Tree;

namespace {

constexpr std::size_t kMostStep = 8;  // deeper is no step but an alignment

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The first comment that ends at or behind this place; nullptr: none.
const Comment* comment_to(const Tree& tree, std::uint32_t offset) {
  const auto& all = tree.comments();
  const auto found = std::lower_bound(all.begin(), all.end(), offset,
                                      [](const Comment& comment, std::uint32_t at) { return comment.end < at; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string_view text_of(const Tree& tree, java::Span span) {
  return tree.text().substr(span.start, span.end - span.start);
}

bool is_only(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

bool is_name_part(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::uint32_t code_end_before(const Tree& tree, std::uint32_t offset) {
  const auto text = tree.text();
  for (;;) {
    const Comment* comment = comment_to(tree, offset);
    if (comment && comment->end == offset)
      offset = comment->start;
    else if (offset > 0 && is_blank(text[offset - 1]))
      --offset;
    else
      return offset;
  }
}

std::uint32_t line_tail(const Tree& tree, std::uint32_t offset) {
  const auto text = tree.text();
  auto at = offset, tail = offset;
  for (;;) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) ++at;
    if (at == text.size() || text[at] == '\n') return tail;
    const Comment* comment = comment_to(tree, at + 1);
    if (!comment || comment->start != at || comment->line != comment->end_line) return offset;
    at = tail = comment->end;
    while (text[tail - 1] == '\r') --tail;
  }
}

std::string_view indentation(const Tree& tree, int line) {
  const auto text = tree.line_text(line);
  return text.substr(0, std::min(text.find_first_not_of(" \t"), text.size()));
}

std::string indentation_step(const Tree& tree, Node node) {
  const Node block = node.ancestor(Kind::block, Kind::constructor_body, Kind::switch_block, Kind::class_body);
  const auto outer = indentation(tree, tree.line_of(block.start()));
  for (Node first : block.children()) {
    const auto inner = indentation(tree, tree.line_of(first.start()));
    if (inner.size() > outer.size() && inner.size() <= outer.size() + kMostStep && inner.starts_with(outer))
      return std::string(inner.substr(outer.size()));
    break;
  }
  return "    ";
}

std::string line_break(const Tree& tree, int line) {
  const auto text = tree.text();
  const auto end = text.find('\n', tree.line_start(line));
  return end != std::string_view::npos && end > 0 && text[end - 1] == '\r' ? "\r\n" : "\n";
}

}  // namespace sampan::scan::p3c
