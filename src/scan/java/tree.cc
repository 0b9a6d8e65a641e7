#include "scan/java/tree.h"

#include <algorithm>

namespace sampan::scan::java {

Kind Node::kind() const { return tree_ ? tree_->at(index_).kind : Kind::other; }
Field Node::field() const { return tree_ ? tree_->at(index_).field : Field::none; }
std::uint32_t Node::start() const { return tree_ ? tree_->at(index_).start : 0; }
std::uint32_t Node::end() const { return tree_ ? tree_->at(index_).end : 0; }
std::string_view Node::text() const {
  return tree_ ? tree_->text().substr(start(), end() - start()) : std::string_view();
}
int Node::line() const { return tree_ ? tree_->line_of(start()) : 0; }
int Node::end_line() const { return tree_ ? tree_->line_of(end() > start() ? end() - 1 : end()) : 0; }

Node Node::parent() const {
  if (!tree_ || index_ == 0 || !tree_->spend()) return {};
  return {tree_, tree_->at(index_).parent};
}

Node Node::first() const {
  if (!tree_ || index_ + 1 >= tree_->at(index_).after || !tree_->spend()) return {};
  return {tree_, index_ + 1};
}

Node Node::next() const {
  if (!tree_ || index_ == 0 || !tree_->spend()) return {};
  const auto after = tree_->at(index_).after;
  return after < tree_->at(tree_->at(index_).parent).after ? Node(tree_, after) : Node();
}

Node Node::child(Field field) const {
  for (Node at = first(); at; at = at.next()) {
    if (at.field() == field) return at;
  }
  return {};
}

Node Node::child(Kind kind) const {
  for (Node at = first(); at; at = at.next()) {
    if (at.kind() == kind) return at;
  }
  return {};
}

Children Node::children() const { return Children(first()); }

Descendants Node::descendants() const {
  return tree_ ? Descendants(tree_, index_ + 1, tree_->at(index_).after) : Descendants(nullptr, 0, 0);
}

bool Node::inside(Node other) const {
  return tree_ && tree_ == other.tree_ && other.index_ <= index_ && index_ < tree_->at(other.index_).after;
}

Descendants::Iterator& Descendants::Iterator::operator++() {
  at = tree->spend() ? at + 1 : to;
  return *this;
}

Tree::OfKind Tree::all(Kind kind) const { return {this, by_kind_[static_cast<std::size_t>(kind)]}; }

int Tree::line_of(std::uint32_t offset) const {
  return static_cast<int>(std::upper_bound(lines_.begin(), lines_.end(), offset) - lines_.begin());
}

std::string_view Tree::line_text(int line) const {
  if (line < 1 || static_cast<std::size_t>(line) > lines_.size()) return {};
  const auto start = line_start(line);
  auto end = static_cast<std::size_t>(line) < lines_.size() ? line_start(line + 1) : text_.size();
  while (end > start && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  return text_.substr(start, end - start);
}

}  // namespace sampan::scan::java
