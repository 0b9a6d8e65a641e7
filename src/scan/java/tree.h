// A Java file as a flat syntax tree: nodes in the order of their start, comments beside them. Made once by parse()
// and read-only after that, but for the counter of work. Text is borrowed: the tree must not outlive it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scan/java/kinds.h"

namespace sampan::scan::java {

class Tree;
class Children;
class Descendants;

// A node, or none (false). Asking none for anything gives none, empty text or no children. Lines count from 1.
class Node {
 public:
  Node() = default;
  Node(const Tree* tree, std::uint32_t index) : tree_(tree), index_(index) {}
  explicit operator bool() const { return tree_ != nullptr; }
  bool operator==(const Node& other) const { return tree_ == other.tree_ && index_ == other.index_; }

  Kind kind() const;
  template <class... K>
  bool is(K... kinds) const {
    const Kind own = kind();
    return tree_ && ((own == kinds) || ...);
  }
  Field field() const;  // what it is to its parent
  std::string_view text() const;
  std::uint32_t start() const;  // byte offsets into the text
  std::uint32_t end() const;
  int line() const;
  int end_line() const;
  std::uint32_t index() const { return index_; }

  Node parent() const;
  Node first() const;  // first child
  Node next() const;   // next sibling
  Node child(Field field) const;
  Node child(Kind kind) const;
  Children children() const;
  Descendants descendants() const;  // in order, without itself
  template <class... K>
  Node ancestor(K... kinds) const {  // the nearest of these kinds above
    Node at = parent();
    while (at && !at.is(kinds...)) at = at.parent();
    return at;
  }
  bool inside(Node other) const;  // other is an ancestor, or itself
  const Tree* tree() const { return tree_; }

 private:
  const Tree* tree_ = nullptr;
  std::uint32_t index_ = 0;
};

struct Comment {
  enum class Kind { line, block, javadoc };
  Kind kind = Kind::line;
  std::uint32_t start = 0, end = 0;
  int line = 0, end_line = 0;
};

struct Span {  // byte offsets
  std::uint32_t start = 0, end = 0;
};

class Tree {
 public:
  std::string_view text() const { return text_; }
  std::string_view text(const Comment& comment) const {
    return text_.substr(comment.start, comment.end - comment.start);
  }
  Node root() const { return nodes_.empty() ? Node() : Node(this, 0); }
  // Every node of a kind, in order.
  class OfKind;
  OfKind all(Kind kind) const;
  const std::vector<Comment>& comments() const { return comments_; }
  const std::vector<Span>& broken() const { return broken_; }  // what did not parse; empty: everything did
  int line_of(std::uint32_t offset) const;                     // 1-based
  std::uint32_t line_start(int line) const { return lines_[static_cast<std::size_t>(line - 1)]; }
  std::string_view line_text(int line) const;  // without its end
  std::size_t size() const { return nodes_.size(); }

  // Work is counted in nodes looked at. When a budget is spent, every further step finds nothing, so that any loop over
  // the tree ends; exhausted() then says so. Not thread-safe: one tree is read by one thread.
  void allow(std::uint64_t work) const { work_left_ = work; }
  bool exhausted() const { return work_left_ == 0; }
  bool spend() const {  // one step; false: there is no more
    if (work_left_ == 0) return false;
    --work_left_;
    return true;
  }

 private:
  friend class Node;
  friend class TreeBuilder;
  struct Entry {
    Kind kind = Kind::other;
    Field field = Field::none;
    std::uint32_t parent = 0, after = 0;  // after: index behind the last descendant
    std::uint32_t start = 0, end = 0;
  };
  const Entry& at(std::uint32_t index) const { return nodes_[index]; }

  std::string_view text_;
  std::vector<Entry> nodes_;
  std::array<std::vector<std::uint32_t>, kKinds> by_kind_;
  std::vector<Comment> comments_;
  std::vector<Span> broken_;
  std::vector<std::uint32_t> lines_;
  mutable std::uint64_t work_left_ = ~std::uint64_t{0};
};

class Tree::OfKind {
 public:
  OfKind(const Tree* tree, const std::vector<std::uint32_t>& indexes) : tree_(tree), indexes_(indexes) {}
  struct Iterator {
    const Tree* tree;
    const std::uint32_t* at;
    Node operator*() const { return {tree, *at}; }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at != other.at && tree->spend(); }
  };
  Iterator begin() const { return {tree_, indexes_.data()}; }
  Iterator end() const { return {tree_, indexes_.data() + indexes_.size()}; }
  bool empty() const { return indexes_.empty(); }

 private:
  const Tree* tree_;
  const std::vector<std::uint32_t>& indexes_;
};

class Children {
 public:
  explicit Children(Node first) : first_(first) {}
  struct Iterator {
    Node at;
    Node operator*() const { return at; }
    Iterator& operator++() {
      at = at.next();
      return *this;
    }
    bool operator!=(const Iterator&) const { return static_cast<bool>(at); }
  };
  Iterator begin() const { return {first_}; }
  Iterator end() const { return {Node()}; }

 private:
  Node first_;
};

class Descendants {
 public:
  Descendants(const Tree* tree, std::uint32_t from, std::uint32_t to) : tree_(tree), from_(from), to_(to) {}
  struct Iterator {
    const Tree* tree;
    std::uint32_t at, to;
    Node operator*() const { return {tree, at}; }
    Iterator& operator++();
    bool operator!=(const Iterator&) const { return at < to; }
  };
  Iterator begin() const { return {tree_, from_, to_}; }
  Iterator end() const { return {tree_, to_, to_}; }

 private:
  const Tree* tree_;
  std::uint32_t from_, to_;
};

// Reads Java source (UTF-8, at most 4 GiB). One parser serves one thread and may be used again and again.
class Parser {
 public:
  Parser();
  ~Parser();
  Parser(Parser&&) noexcept;
  // unavailable: the parser gave up (only a pathological text takes it beyond its limit of 20 s).
  Result<Tree> parse(std::string_view text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sampan::scan::java
