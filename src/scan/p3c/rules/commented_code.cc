#include "base/text.h"
#include "scan/p3c/comments.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

enum class Looks { plain, declaration, statement };

bool found_in(const char* pattern, const std::string& text) { return regex_search(pattern, text).value_or(false); }

// The cheap look for a word comes first: hardly any comment has one.
Looks looks_of(const std::string& text) {
  const auto has = [&](const char* word) { return text.find(word) != std::string::npos; };
  if (has("<pre>")) return Looks::plain;
  if (has("import") && found_in(R"(import\s(static\s)?(\w*\.)*\w*;)", text)) return Looks::declaration;
  if (has("private") && found_in(R"(private\s+(\w*)\s+(\w*);)", text)) return Looks::declaration;
  if (has(") ") && has("{") && found_in(R"((?s)(public|protected|private)\s+\w+\s+\w+\(.*\)\s+\{)", text))
    return Looks::declaration;
  if (has(");\n") && found_in(R"((?s)\.\w+\(.*\);\n)", text)) return Looks::statement;
  return Looks::plain;
}

// As the rules of the look expect it: a line comment ends with its line.
std::string image_of(const Tree& tree, const Comment& comment) {
  std::string text;
  for (const char c : tree.text(comment)) {
    if (c != '\r') text += c;
  }
  if (comment.kind == Comment::Kind::line) text += '\n';
  return text;
}

bool is_statement_place(Node node) { return node.parent().is(Kind::block, Kind::constructor_body, Kind::switch_group); }

std::vector<Node> places_of(const Tree& tree) {
  std::vector<Node> places = declarations_of(tree);
  for (Node node : tree.all(Kind::import_declaration)) places.push_back(node);
  for (const Kind kind : {Kind::block, Kind::constructor_body, Kind::switch_group}) {
    for (Node block : tree.all(kind)) {
      for (Node statement : statements(block)) {
        if (!statement.is(Kind::class_declaration, Kind::interface_declaration, Kind::record_declaration,
                          Kind::enum_declaration))
          places.push_back(statement);
      }
    }
  }
  sort_by_place(places);
  return places;
}

}  // namespace

constinit const Rule kRemoveCommentedCode = {
    .name = "RemoveCommentedCodeRule",
    .severity = Severity::major,
    .summary = {"不保留注释掉的代码", "Code that was commented out is removed"},
    .remedy = {"删掉它，版本库里还有；一定要留时用 /// 说明原因",
               "Delete it, the repository remembers; where it must stay, say why with ///"},
    .check = [](const Source& source, Report& report) {
      const auto& comments = source.tree.comments();
      std::size_t next = 0;
      for (Node place : places_of(source.tree)) {
        const Comment* last = nullptr;
        bool let_off = false;
        auto looks = Looks::plain;
        for (; next < comments.size() && comments[next].start < head(place).start(); ++next) {
          last = &comments[next];
          const auto text = image_of(source.tree, *last);
          let_off = let_off || text.starts_with("///");
          if (!let_off && looks == Looks::plain) looks = looks_of(text);
        }
        if (!last || looks == Looks::plain || (looks == Looks::statement && !is_statement_place(place))) continue;
        report.add(Span{last->start, last->end}, "这里是注释掉的代码", "This is code that was commented out");
      }
    }};

}  // namespace sampan::scan::p3c
