// Reads libfyaml's events, not its documents: aliases, duplicate keys and merges are ours, so that their cost is
// bounded.
#include "base/yaml.h"

#include <libfyaml.h>

#include <charconv>
#include <set>

#include "base/text.h"

namespace sampan {

namespace {

constexpr std::size_t kMaxExpandedText = 8 << 20;  // a long text behind many aliases
constexpr int kMaxDepth = 60;
constexpr std::size_t kMostEmpty = 500;  // bytes of empty lines in a row: of these libfyaml 0.7 takes the square
constexpr std::string_view kMergeKey = "<<";

struct DestroyParser {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};
struct DestroyDiag {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};

class Event {
 public:
  Event(fy_parser* parser, fy_event* event) : parser_(parser), event_(event) {}
  Event(Event&& other) noexcept : parser_(other.parser_), event_(std::exchange(other.event_, nullptr)) {}
  Event& operator=(Event&&) = delete;
  ~Event() {
    if (event_) fy_parser_event_free(parser_, event_);
  }
  fy_event* operator->() const { return event_; }
  fy_event* get() const { return event_; }

 private:
  fy_parser* parser_;
  fy_event* event_;
};

struct DestroyIterator {
  void operator()(fy_token_iter* iterator) const { fy_token_iter_destroy(iterator); }
};

// Piece by piece: fy_token_get_text of libfyaml 0.7 leaks for every text of several lines or escapes, and takes some
// folded texts for longer than they are.
std::string token_text(fy_token* token) {
  std::string text;
  if (!token) return text;
  const std::unique_ptr<fy_token_iter, DestroyIterator> iterator(fy_token_iter_create(token));
  const fy_iter_chunk* chunk = nullptr;
  int failed = 0;
  while (iterator && (chunk = fy_token_iter_chunk_next(iterator.get(), chunk, &failed)))
    text.append(chunk->str, chunk->len);
  return text;
}

// Of a line break in a quoted text, with the blank lines after it: removes them and the next line's indentation from
// `source`, and gives what they stand for (YAML 1.2.2, section 6.5).
std::string fold(std::string_view& source) {
  std::size_t breaks = 0;
  for (; !source.empty() && std::string_view(" \t\r\n").find(source.front()) != std::string_view::npos;
       source.remove_prefix(1))
    breaks += source.front() == '\n' || (source.front() == '\r' && source.substr(1, 1) != "\n");
  return breaks == 1 ? " " : std::string(breaks - 1, '\n');
}

// What stands in single quotes, from behind the first of them (YAML 1.2.2, section 7.3.2): libfyaml 0.7 makes three
// quotes of two that are escaped.
std::string single_quoted(std::string_view source) {
  std::string text;
  while (!source.empty()) {
    if (source.front() == '\r' || source.front() == '\n') {
      text.resize(text.find_last_not_of(" \t") + 1);
      text += fold(source);
      continue;
    }
    if (source.front() == '\'') {
      source.remove_prefix(1);
      if (!source.starts_with('\'')) break;
    }
    text += source.front();
    source.remove_prefix(1);
  }
  return text;
}

bool is_null_text(std::string_view text) {  // YAML 1.2.2, section 10.3.2
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

class Reader {
 public:
  Reader(std::string_view text, std::string_view file, std::size_t most_nodes)
      : text_(text), file_(file), most_nodes_(most_nodes), diag_(fy_diag_create(nullptr)) {
    fy_diag_set_collect_errors(diag_.get(), true);
    fy_parse_cfg config{};
    config.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE);
    config.diag = diag_.get();
    parser_.reset(fy_parser_create(&config));
    fy_parser_set_string(parser_.get(), text.data(), text.size());
  }

  Result<YamlNode> document() {
    YamlNode root;
    bool seen = false;
    for (;;) {
      const auto event = TRY(next());
      if (event->type == FYET_STREAM_END) return root;
      if (event->type != FYET_DOCUMENT_START) continue;
      if (seen) return wrong(mark(event), "a second document begins; expected one");
      seen = true;
      const auto first = TRY(next());
      root = TRY(node(first, 0));
    }
  }

 private:
  struct Mark {
    int line = 0, column = 0;
  };

  tl::unexpected<Error> wrong(Mark at, std::string_view message) const {
    return fail(Errc::invalid, "{}:{}:{}: {}", file_, at.line, at.column, message);
  }

  // Of a value that is not written: what stands before it, mostly its key.
  Mark mark(const Event& event) {
    const fy_mark* start = fy_event_start_mark(event.get());
    if (!start) return last_;
    // libfyaml's mark of a quoted text or an alias lies behind the quote or the star.
    bool marker = event->type == FYET_ALIAS;
    if (event->type == FYET_SCALAR && event->scalar.value) {
      const auto style = fy_token_scalar_style(event->scalar.value);
      marker = style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
    }
    return last_ = {start->line + 1, start->column + (marker ? 0 : 1)};
  }

  Result<Event> next() {
    fy_event* event = fy_parser_parse(parser_.get());
    if (event) return Event(parser_.get(), event);
    void* at = nullptr;
    if (const auto* error = fy_diag_errors_iterate(diag_.get(), &at))
      return wrong({error->line, error->column}, error->msg);
    return fail(Errc::invalid, "{}: the text is not YAML", file_);
  }

  static YamlNode start(YamlNode::Kind kind, Mark at) {
    YamlNode made;
    made.kind = kind;
    made.line = at.line;
    made.column = at.column;
    return made;
  }

  Result<YamlNode> node(const Event& event, int depth) {
    const Mark at = mark(event);
    if (depth > kMaxDepth) return wrong(at, fmt::format("nested deeper than {}", kMaxDepth));
    if (++nodes_ > most_nodes_) return wrong(at, fmt::format("more than {} values", most_nodes_));
    if (event->type == FYET_ALIAS) return alias(token_text(event->alias.anchor), at);
    if (fy_event_get_tag_token(event.get())) return wrong(at, "tags (!name) are not used here; write the plain value");
    const std::string anchor = token_text(fy_event_get_anchor_token(event.get()));
    auto made = TRY(content(event, at, depth));
    // Known from its end on: an alias inside its own node finds nothing, so there are no cycles.
    if (anchor.empty()) return made;
    if (!afford(made)) return wrong(at, "too large after aliases");  // anchors inside anchors are copies of copies
    anchors_[anchor] = made;
    return made;
  }

  Result<YamlNode> content(const Event& event, Mark at, int depth) {
    switch (event->type) {
      case FYET_SCALAR: return scalar(event, at);
      case FYET_SEQUENCE_START: return sequence(at, depth);
      case FYET_MAPPING_START: return mapping(at, depth);
      default: return start(YamlNode::Kind::null, at);
    }
  }

  Result<YamlNode> scalar(const Event& event, Mark at) {
    auto made = start(YamlNode::Kind::scalar, at);
    made.text = text_of(event->scalar.value);
    if (made.text.find('\0') != std::string::npos) return wrong(at, "a text holds a NUL (\\0)");
    made.plain = !event->scalar.value || fy_token_scalar_style(event->scalar.value) == FYSS_PLAIN;
    if (made.plain && is_null_text(made.text)) made.kind = YamlNode::Kind::null;
    return made;
  }

  std::string text_of(fy_token* token) const {
    const fy_mark* start = token ? fy_token_start_mark(token) : nullptr;
    if (start && fy_token_scalar_style(token) == FYSS_SINGLE_QUOTED)
      return single_quoted(text_.substr(std::min(start->input_pos, text_.size())));
    return token_text(token);
  }

  Result<YamlNode> sequence(Mark at, int depth) {
    auto made = start(YamlNode::Kind::sequence, at);
    for (;;) {
      const auto event = TRY(next());
      if (event->type == FYET_SEQUENCE_END) return made;
      made.items.push_back(TRY(node(event, depth + 1)));
    }
  }

  Result<YamlNode> mapping(Mark at, int depth) {
    auto made = start(YamlNode::Kind::mapping, at);
    std::set<std::string> keys;
    std::vector<YamlNode> merges;
    for (;;) {
      const auto event = TRY(next());
      if (event->type == FYET_MAPPING_END) break;
      auto key = TRY(node(event, depth + 1));
      if (key.kind == YamlNode::Kind::sequence || key.kind == YamlNode::Kind::mapping) {
        return wrong({key.line, key.column}, "expected text as the key, found a list or a mapping");
      }
      const auto value_event = TRY(next());
      auto value = TRY(node(value_event, depth + 1));
      if (!keys.insert(key.text).second)
        return wrong({key.line, key.column}, fmt::format("the key '{}' is there twice", key.text));
      if (key.plain && key.text == kMergeKey) {
        merges.push_back(std::move(value));
      } else {
        made.pairs.push_back({std::move(key), std::move(value)});
      }
    }
    for (const auto& merge : merges) TRY(apply_merge(made, merge, keys));
    return made;
  }

  // YAML merge key, https://yaml.org/type/merge.html: keys written in the mapping win, then those of earlier sources.
  Result<void> apply_merge(YamlNode& into, const YamlNode& source, std::set<std::string>& keys) {
    if (source.kind == YamlNode::Kind::sequence) {
      for (const auto& item : source.items) {
        if (item.kind != YamlNode::Kind::mapping) return wrong({item.line, item.column}, "expected a mapping to merge");
        TRY(apply_merge(into, item, keys));
      }
      return {};
    }
    if (source.kind != YamlNode::Kind::mapping)
      return wrong({source.line, source.column}, "expected a mapping to merge after '<<'");
    for (const auto& pair : source.pairs) {
      if (keys.insert(pair.key.text).second) into.pairs.push_back(pair);
    }
    return {};
  }

  Result<YamlNode> alias(const std::string& name, Mark at) {
    const auto found = anchors_.find(name);
    if (found == anchors_.end()) return wrong(at, fmt::format("there is no anchor '&{}' before this alias", name));
    if (!afford(found->second)) return wrong(at, "too large after aliases");
    return found->second;
  }

  bool afford(const YamlNode& copy) {
    ++nodes_;
    copied_ += copy.text.size();
    if (nodes_ > most_nodes_ || copied_ > kMaxExpandedText) return false;
    return std::all_of(copy.items.begin(), copy.items.end(), [&](const auto& item) { return afford(item); }) &&
           std::all_of(copy.pairs.begin(), copy.pairs.end(),
                       [&](const auto& pair) { return afford(pair.key) && afford(pair.value); });
  }

  std::string_view text_, file_;
  std::size_t most_nodes_;
  std::unique_ptr<fy_diag, DestroyDiag> diag_;  // outlives the parser
  std::unique_ptr<fy_parser, DestroyParser> parser_;
  std::map<std::string, YamlNode> anchors_;
  std::size_t nodes_ = 0, copied_ = 0;
  Mark last_{1, 1};  // of the last event that has one
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : pairs) {
    if (name.text == key) return &value;
  }
  return nullptr;
}

std::optional<std::int64_t> YamlNode::integer() const {
  if (kind != Kind::scalar || !plain) return std::nullopt;
  std::string_view digits = text;
  int base = 10;
  if (digits.starts_with("0o") || digits.starts_with("0x")) {
    base = digits[1] == 'o' ? 8 : 16;
    digits.remove_prefix(2);
    if (digits.starts_with('-')) return std::nullopt;
  } else if (digits.starts_with('+')) {
    digits.remove_prefix(1);
    if (digits.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (failed != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<double> YamlNode::number() const {
  if (kind != Kind::scalar || !plain) return std::nullopt;
  if (const auto whole = integer()) return static_cast<double>(*whole);
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos || digits.starts_with('+'))
    return std::nullopt;
  double value = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failed != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<bool> YamlNode::boolean() const {
  if (kind != Kind::scalar || !plain) return std::nullopt;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

namespace {

// YAML 1.2.2, section 5.1: of the ASCII control characters only these. libfyaml takes others and loses its way.
bool is_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

// The line before the first run of them that is too long; 0: there is none.
int line_before_empty_ones(std::string_view text) {
  int line = 1, begins = 0;
  std::size_t length = 0;
  for (const char c : text) {
    const bool ends_line = c == '\n' || c == '\r';
    if (!ends_line && c != ' ' && c != '\t') length = 0;
    if (ends_line && length == 0) begins = line;
    if (ends_line || length > 0) ++length;
    if (ends_line && length > kMostEmpty) return begins;
    line += c == '\n';
  }
  return 0;
}

}  // namespace

Result<YamlNode> parse_yaml(std::string_view text, std::string_view file, const YamlLimits& limits) {
  if (text.size() > limits.text) return fail(Errc::too_large, "{}: larger than {} bytes", file, limits.text);
  if (!is_valid_utf8(text)) return fail(Errc::invalid, "{}: expected UTF-8 text", file);
  if (const auto bad = std::find_if(text.begin(), text.end(), is_control); bad != text.end()) {
    const auto before = text.substr(0, static_cast<std::size_t>(bad - text.begin()));
    const auto line_start = before.rfind('\n');
    return fail(
        Errc::invalid, "{}:{}:{}: a control character ({:#04x}); only tabs and line breaks may stand in the text", file,
        std::count(before.begin(), before.end(), '\n') + 1,
        line_start == std::string_view::npos ? before.size() + 1 : before.size() - line_start, static_cast<int>(*bad));
  }
  if (const int line = line_before_empty_ones(text); line > 0)
    return fail(Errc::too_large, "{}:{}:1: more than {} bytes of empty lines follow each other", file, line,
                kMostEmpty);
  return Reader(text, file, limits.nodes).document();
}

std::string format(const Diagnosis& diagnosis) {
  return fmt::format("{}:{}:{}: {}", diagnosis.file, diagnosis.line, diagnosis.column, diagnosis.message);
}

}  // namespace sampan
