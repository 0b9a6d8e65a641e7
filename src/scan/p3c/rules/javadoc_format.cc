#include <algorithm>

#include "scan/p3c/comments.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

// In the order of the text: comments, annotations and declarations.
struct Item {
  std::uint32_t start = 0;
  int line = 0, end_line = 0;
  const Comment* comment = nullptr;
  Node node;
  bool annotation = false;
};

std::vector<Item> items_of(const Tree& tree) {
  std::vector<Item> items;
  for (const auto& comment : tree.comments())
    items.push_back({comment.start, comment.line, comment.end_line, &comment, {}, false});
  for (Node node : declarations_of(tree))
    items.push_back({head(node).start(), head(node).line(), node.end_line(), nullptr, node, false});
  for (const Kind kind : {Kind::annotation, Kind::marker_annotation}) {
    for (Node node : tree.all(kind)) items.push_back({node.start(), node.line(), node.end_line(), nullptr, node, true});
  }
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.start < b.start; });
  return items;
}

bool in_anonymous_class(Node member) {
  return member.parent().is(Kind::class_body) &&
         member.parent().parent().is(Kind::object_creation, Kind::enum_constant);
}

// Only annotations, line by line, stand between the comment and the declaration on the next line.
bool is_right_above(const std::vector<Item>& items, std::size_t comment, std::size_t declaration) {
  int line = items[comment].end_line;
  for (std::size_t i = comment + 1; i < declaration; ++i) {
    if (!items[i].annotation) return false;
    if (line + 1 == items[i].line) line = items[i].end_line;
  }
  return line + 1 == items[declaration].line;
}

}  // namespace

constinit const Rule kCommentsMustBeJavadocFormat = {
    .name = "CommentsMustBeJavadocFormatRule",
    .severity = Severity::major,
    .summary = {"类、字段和方法的注释用 /** */", "Comments of types, fields and methods are written /** */"},
    .remedy = {"把 // 或 /* */ 改成 /** */：工具和 IDE 只显示 Javadoc",
               "Write /** */ for // or /* */: tools and editors show Javadoc only"},
    .check = [](const Source& source, Report& report) {
      const auto items = items_of(source.tree);
      std::size_t comment = items.size();
      int last_end = 0;
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].comment) comment = i;
        if (items[i].comment || items[i].annotation) continue;
        const bool behind = comment < items.size() && last_end == items[comment].end_line;
        if (comment < items.size() && !behind && !in_anonymous_class(items[i].node) &&
            is_right_above(items, comment, i)) {
          const auto& found = *items[comment].comment;
          if (found.kind != Comment::Kind::javadoc)
            report.add(Span{found.start, found.end}, "声明上方的注释不是 Javadoc",
                       "The comment above this declaration is no Javadoc");
          comment = items.size();
        }
        last_end = items[i].end_line;
      }
    }};

}  // namespace sampan::scan::p3c
