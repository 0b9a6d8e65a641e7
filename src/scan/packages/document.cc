#include "scan/packages/document.h"

#include <boost/json/basic_parser_impl.hpp>
#include <set>

#include "base/text.h"

namespace sampan::scan::packages {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 200;
constexpr YamlLimits kYamlLimits{.text = 32 << 20, .nodes = 4'000'000};

// Boost.JSON's parser tells no places, so it is fed line by line: what it says while it reads a line is on that line.
struct Builder {
  static constexpr std::size_t max_object_size = -1, max_array_size = -1, max_key_size = -1, max_string_size = -1;
  using Code = json::error_code;
  using Text = json::string_view;

  int line = 0;
  YamlNode root;
  std::vector<YamlNode> open;  // objects and arrays that are not closed
  std::vector<YamlNode> keys;  // of the open objects, the key that waits for its value
  std::string part;            // of a key or text so far
  std::string twice;
  std::size_t values = 0, most_values = 0;

  YamlNode scalar(std::string text) {
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.text = std::move(text);
    node.line = line;
    return node;
  }
  bool count(Code& code) {
    if (++values <= most_values) return true;
    code = json::make_error_code(json::error::array_too_large);
    return false;
  }
  bool put(YamlNode node) {
    if (open.empty()) {
      root = std::move(node);
    } else if (open.back().kind == YamlNode::Kind::sequence) {
      open.back().items.push_back(std::move(node));
    } else {
      open.back().pairs.push_back({std::move(keys.back()), std::move(node)});
      keys.pop_back();
    }
    return true;
  }
  bool plain(std::string text) {
    auto node = scalar(std::move(text));
    node.plain = true;
    return put(std::move(node));
  }
  bool begin(YamlNode::Kind kind) {
    open.emplace_back().kind = kind;
    open.back().line = line;
    return true;
  }
  bool end() {
    auto node = std::move(open.back());
    open.pop_back();
    return put(std::move(node));
  }
  bool no_key_twice(Code& code) {
    std::set<std::string_view> seen;
    for (const auto& pair : open.back().pairs) {
      if (seen.insert(pair.key.text).second) continue;
      twice = pair.key.text;
      code = json::make_error_code(json::error::syntax);
      return false;
    }
    return true;
  }
  std::string whole(Text rest) {
    part.append(rest.data(), rest.size());
    return std::exchange(part, {});
  }
  bool more(Text text) { return part.append(text.data(), text.size()), true; }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code& code) { return count(code) && begin(YamlNode::Kind::mapping); }
  bool on_object_end(std::size_t, Code& code) { return no_key_twice(code) && end(); }
  bool on_array_begin(Code& code) { return count(code) && begin(YamlNode::Kind::sequence); }
  bool on_array_end(std::size_t, Code&) { return end(); }
  bool on_key_part(Text text, std::size_t, Code&) { return more(text); }
  bool on_key(Text text, std::size_t, Code& code) { return keys.push_back(scalar(whole(text))), count(code); }
  bool on_string_part(Text text, std::size_t, Code&) { return more(text); }
  bool on_string(Text text, std::size_t, Code& code) { return count(code) && put(scalar(whole(text))); }
  bool on_number_part(Text text, Code&) { return more(text); }
  bool on_int64(std::int64_t, Text text, Code& code) { return count(code) && plain(whole(text)); }
  bool on_uint64(std::uint64_t, Text text, Code& code) { return count(code) && plain(whole(text)); }
  bool on_double(double, Text text, Code& code) { return count(code) && plain(whole(text)); }
  bool on_bool(bool value, Code& code) { return count(code) && plain(value ? "true" : "false"); }
  bool on_null(Code& code) { return count(code) && put({}); }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }
};

}  // namespace

Result<YamlNode> read_json(std::string_view text, std::string_view file, std::size_t most_values) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::basic_parser<Builder> parser(options);
  Builder& builder = parser.handler();
  builder.most_values = most_values;
  json::error_code code;
  try {
    while (!code && !text.empty()) {
      ++builder.line;
      const auto length = std::min(text.find('\n'), text.size() - 1) + 1;
      const auto used = parser.write_some(true, text.data(), length, code);
      if (!code && used < length)
        return fail(Errc::invalid, "{}:{}: text after the end of the document", file, builder.line);
      text.remove_prefix(length);
    }
    if (!code) parser.write_some(false, text.data(), 0, code);
  } catch (const std::exception& error) {
    return fail(Errc::invalid, "{}:{}: {}", file, builder.line, error.what());
  }
  if (builder.values > most_values)
    return fail(Errc::too_large, "{}:{}: more than {} values", file, builder.line, most_values);
  if (!builder.twice.empty())
    return fail(Errc::invalid, "{}:{}: the key '{}' is there twice", file, builder.line, builder.twice);
  if (code == json::error::incomplete)
    return fail(Errc::invalid, "{}:{}: the text ends before the document does", file, builder.line);
  if (code) return fail(Errc::invalid, "{}:{}: it is not JSON: {}", file, builder.line, code.message());
  return std::move(builder.root);
}

Result<YamlNode> read_yaml(std::string_view text, std::string_view file) { return parse_yaml(text, file, kYamlLimits); }

const YamlNode& at(const YamlNode& node, std::string_view key) {
  static const YamlNode kNothing;
  const YamlNode* found = node.find(key);
  return found ? *found : kNothing;
}

const std::string& text_at(const YamlNode& node, std::string_view key) { return at(node, key).text; }

}  // namespace sampan::scan::packages
