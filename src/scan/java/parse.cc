#include <tree_sitter/api.h>

#include <algorithm>
#include <map>

#include "scan/java/tree.h"

extern "C" const TSLanguage* tree_sitter_java();

namespace sampan::scan::java {

namespace {

constexpr std::uint64_t kParseMicroseconds = 20'000'000;

// What the grammar's numbers mean to us; none: punctuation, left out.
struct Dictionary {
  std::vector<Kind> kinds;
  std::vector<bool> left_out;
  std::vector<Field> fields;
  std::vector<char> comments;  // 'l' line, 'b' block

  Dictionary() {
    const std::map<std::string_view, Kind> known = {
#define SCAN_ROW(name, text) {text, Kind::name},
        SCAN_JAVA_KINDS(SCAN_ROW)
#undef SCAN_ROW
    };
    const std::map<std::string_view, Field> known_fields = {
#define SCAN_ROW(name) \
  {std::string_view(#name).substr(0, std::string_view(#name).find("_", sizeof(#name) - 2)), Field::name},
        SCAN_JAVA_FIELDS(SCAN_ROW)
#undef SCAN_ROW
    };
    const TSLanguage* language = tree_sitter_java();
    const auto count = ts_language_symbol_count(language);
    kinds.resize(count, Kind::other);
    left_out.resize(count, false);
    comments.resize(count, 0);
    for (TSSymbol symbol = 0; symbol < count; ++symbol) {
      const std::string_view name = ts_language_symbol_name(language, symbol);
      const auto found = known.find(name);
      const bool regular = ts_language_symbol_type(language, symbol) == TSSymbolTypeRegular;
      // A keyword may be called as a node is ("throws"): it is a kind of its own or none.
      const bool fits = found != known.end() && regular == (found->second < Kind::kw_abstract);
      if (fits) kinds[symbol] = found->second;
      left_out[symbol] = !fits && !regular;
      if (name == "line_comment") comments[symbol] = 'l';
      if (name == "block_comment") comments[symbol] = 'b';
    }
    fields.resize(ts_language_field_count(language) + 1, Field::none);
    for (TSFieldId field = 1; field < fields.size(); ++field) {
      const auto found = known_fields.find(ts_language_field_name_for_id(language, field));
      if (found != known_fields.end()) fields[field] = found->second;
    }
  }
};

const Dictionary& dictionary() {
  static const Dictionary made;
  return made;
}

}  // namespace

class TreeBuilder {
 public:
  explicit TreeBuilder(std::string_view text) {
    tree_.text_ = text;
    tree_.lines_.push_back(0);
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
      tree_.lines_.push_back(static_cast<std::uint32_t>(at + 1));
  }

  Tree build(TSNode root) {
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    open_.clear();
    bool down = true;
    while (true) {
      if (down) {
        if (enter(cursor) && ts_tree_cursor_goto_first_child(&cursor)) continue;
        leave();
      }
      if (ts_tree_cursor_goto_next_sibling(&cursor)) {
        down = true;
      } else if (ts_tree_cursor_goto_parent(&cursor)) {
        leave();
        down = false;
      } else {
        break;
      }
    }
    ts_tree_cursor_delete(&cursor);
    return std::move(tree_);
  }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  // Takes a node in; false: its children are of no interest.
  bool enter(const TSTreeCursor& cursor) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const TSSymbol symbol = ts_node_symbol(node);
    const auto start = ts_node_start_byte(node), end = ts_node_end_byte(node);
    const auto& words = dictionary();
    const bool error = symbol >= words.kinds.size();  // ERROR is the number 65535
    if (error || ts_node_is_missing(node)) tree_.broken_.push_back({start, end});
    if (!error && words.comments[symbol] != 0) {
      comment(words.comments[symbol], start, end);
      open_.push_back(kNone);
      return false;
    }
    const Field field = words.fields[ts_tree_cursor_current_field_id(&cursor)];
    // `<` is an operator in a comparison, and punctuation round type arguments.
    const bool punctuation = !error && words.kinds[symbol] >= Kind::op_assign && field != Field::operator_;
    if (!error && (words.left_out[symbol] || punctuation)) {
      open_.push_back(kNone);
      return false;
    }
    Tree::Entry entry;
    entry.kind = error ? Kind::error : words.kinds[symbol];
    entry.field = field;
    entry.parent = open_.empty() ? 0 : open_.back();
    entry.start = start;
    entry.end = end;
    const auto index = static_cast<std::uint32_t>(tree_.nodes_.size());
    tree_.nodes_.push_back(entry);
    tree_.by_kind_[static_cast<std::size_t>(entry.kind)].push_back(index);
    open_.push_back(index);
    return entry.kind != Kind::string_literal;
  }

  void leave() {
    if (open_.back() != kNone) tree_.nodes_[open_.back()].after = static_cast<std::uint32_t>(tree_.nodes_.size());
    open_.pop_back();
  }

  void comment(char form, std::uint32_t start, std::uint32_t end) {
    const auto text = tree_.text_.substr(start, end - start);
    const bool javadoc = form == 'b' && text.starts_with("/**") && text.size() > 4;
    const auto kind = form == 'l' ? Comment::Kind::line : javadoc ? Comment::Kind::javadoc : Comment::Kind::block;
    tree_.comments_.push_back({kind, start, end, tree_.line_of(start), tree_.line_of(end > start ? end - 1 : end)});
  }

  Tree tree_;
  std::vector<std::uint32_t> open_;
};

struct Parser::State {
  TSParser* parser = ts_parser_new();
  ~State() { ts_parser_delete(parser); }
};

Parser::Parser() : state_(std::make_unique<State>()) {
  ts_parser_set_language(state_->parser, tree_sitter_java());
  ts_parser_set_timeout_micros(state_->parser, kParseMicroseconds);
}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;

Result<Tree> Parser::parse(std::string_view text) {
  TSTree* tree = ts_parser_parse_string(state_->parser, nullptr, text.data(), static_cast<std::uint32_t>(text.size()));
  if (tree == nullptr) {
    ts_parser_reset(state_->parser);
    return fail(Errc::unavailable, "the parser gave up after {} s", kParseMicroseconds / 1'000'000);
  }
  Tree made = TreeBuilder(text).build(ts_tree_root_node(tree));
  ts_tree_delete(tree);
  return made;
}

}  // namespace sampan::scan::java
