#include "scan/p3c/comments.h"

#include <algorithm>

namespace sampan::scan::p3c {

using namespace java;

void sort_by_place(std::vector<Node>& nodes) {
  std::stable_sort(nodes.begin(), nodes.end(), [](Node a, Node b) { return head(a).start() < head(b).start(); });
}

std::unordered_map<std::uint32_t, const Comment*> comments_before(const Tree& tree, std::vector<Node> declarations) {
  sort_by_place(declarations);
  std::unordered_map<std::uint32_t, const Comment*> found;
  const auto& comments = tree.comments();
  std::size_t next = 0;
  for (Node declaration : declarations) {
    const auto place = head(declaration).start();
    const Comment* last = nullptr;
    for (; next < comments.size() && comments[next].start < place; ++next) {
      // A remark behind a Javadoc does not hide it.
      const bool remark = last && last->kind == Comment::Kind::javadoc && comments[next].kind != Comment::Kind::javadoc;
      if (!remark) last = &comments[next];
    }
    if (last) found[declaration.index()] = last;
  }
  return found;
}

std::span<const Comment> comments_between(const Tree& tree, std::uint32_t from, std::uint32_t to) {
  const auto before = [](const Comment& comment, std::uint32_t place) { return comment.start < place; };
  const auto& all = tree.comments();
  const auto first = std::lower_bound(all.begin(), all.end(), from, before);
  return {first, std::lower_bound(first, all.end(), to, before)};
}

std::vector<Node> declarations_of(const Tree& tree) {
  std::vector<Node> found;
  for (const Kind kind :
       {Kind::class_declaration, Kind::interface_declaration, Kind::record_declaration, Kind::enum_declaration,
        Kind::field_declaration, Kind::constant_declaration, Kind::method_declaration, Kind::constructor_declaration}) {
    for (Node node : tree.all(kind)) found.push_back(node);
  }
  sort_by_place(found);
  return found;
}

namespace {

// Is this part of its parent a whole expression there?
bool is_whole(Node parent, Node part) {
  switch (parent.kind()) {
    case Kind::argument_list:
    case Kind::parenthesized:
    case Kind::return_statement:
    case Kind::throw_statement:
    case Kind::yield_statement:
    case Kind::assert_statement:
    case Kind::dimensions_expr:
    case Kind::switch_label: return true;
    case Kind::array_initializer: return !part.is(Kind::array_initializer);
    case Kind::variable_declarator: return part.field() == Field::value && !part.is(Kind::array_initializer);
    case Kind::resource: return part.field() == Field::value;
    case Kind::assignment: return part.field() == Field::right;
    case Kind::array_access: return part.field() == Field::index;
    case Kind::for_statement: return part.field() == Field::condition;
    case Kind::enhanced_for: return part.field() == Field::value;
    case Kind::ternary: return part.field() == Field::consequence;
    case Kind::lambda: return part.field() == Field::body && !part.is(Kind::block);
    default: return false;
  }
}

}  // namespace

std::vector<Node> whole_expressions(const Tree& tree) {
  std::vector<Node> found;
  for (Node node : tree.root().descendants()) {
    const Node parent = node.parent();
    if (!is_whole(parent, node) || node.is(Kind::modifiers)) continue;
    if (!parent.is(Kind::argument_list) && node.ancestor(Kind::annotation_argument_list)) continue;
    found.push_back(node);
  }
  return found;
}

}  // namespace sampan::scan::p3c
