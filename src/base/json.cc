#include "base/json.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <iterator>
#include <unordered_set>

#include "base/text.h"

namespace sampan {

namespace {

namespace json = boost::json;

constexpr std::size_t kMaxDepth = 64;

// Builds the document, and refuses a key that its object already has (Boost.JSON's own handler lets the last one win).
struct Builder {
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();
  using Code = json::error_code;
  using Text = json::string_view;

  json::value_stack stack;
  std::vector<std::unordered_set<std::string>> keys;  // of the objects that are open
  std::string key_so_far;
  bool duplicate = false;  // the key in key_so_far

  bool on_document_begin(Code&) { return stack.reset(), true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return keys.emplace_back(), true; }
  bool on_object_end(std::size_t n, Code&) { return keys.pop_back(), stack.push_object(n), true; }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t n, Code&) { return stack.push_array(n), true; }
  bool on_key_part(Text part, std::size_t, Code&) {
    key_so_far.append(part.data(), part.size());
    return stack.push_chars(part), true;
  }
  bool on_key(Text part, std::size_t, Code& code) {
    key_so_far.append(part.data(), part.size());
    if (!keys.back().insert(key_so_far).second) {
      duplicate = true;
      code = json::make_error_code(json::error::syntax);
      return false;
    }
    key_so_far.clear();
    return stack.push_key(part), true;
  }
  bool on_string_part(Text part, std::size_t, Code&) { return stack.push_chars(part), true; }
  bool on_string(Text part, std::size_t, Code&) { return stack.push_string(part), true; }
  bool on_number_part(Text, Code&) { return true; }
  bool on_int64(std::int64_t value, Text, Code&) { return stack.push_int64(value), true; }
  bool on_uint64(std::uint64_t value, Text, Code&) { return stack.push_uint64(value), true; }
  // Boost.JSON before 1.83 is off by a last digit or two: what we wrote would not come back.
  bool on_double(double value, Text digits, Code&) {
    std::from_chars(digits.data(), digits.data() + digits.size(), value);  // out of range: as Boost has it
    return stack.push_double(value), true;
  }
  bool on_bool(bool value, Code&) { return stack.push_bool(value), true; }
  bool on_null(Code&) { return stack.push_null(), true; }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }
};

std::string position(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto line_start = before.rfind('\n');
  const auto column = line_start == std::string_view::npos ? before.size() + 1 : before.size() - line_start;
  return fmt::format("line {}, column {}", std::count(before.begin(), before.end(), '\n') + 1, column);
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::basic_parser<Builder> parser(options);
  json::error_code code;
  std::size_t used = 0;
  try {
    used = parser.write_some(false, text.data(), text.size(), code);
  } catch (const std::exception& error) {
    return fail(Errc::invalid, "JSON: {}", error.what());
  }
  const auto rest = trim(text.substr(std::min(used, text.size())));
  const Builder& builder = parser.handler();
  if (builder.duplicate) {
    return fail(Errc::invalid, "JSON, {}: the key '{}' is there twice", position(text, used), builder.key_so_far);
  }
  if (code == json::error::incomplete) {
    return fail(Errc::invalid, "JSON, {}: the text ends before the document does", position(text, text.size()));
  }
  if (code == json::error::too_deep) {
    return fail(Errc::invalid, "JSON, {}: nested deeper than {}", position(text, used), kMaxDepth);
  }
  if (code && code != json::error::extra_data) {
    return fail(Errc::invalid, "JSON, {}: {}", position(text, used), code.message());
  }
  if (!rest.empty()) return fail(Errc::invalid, "JSON, {}: text after the end of the document", position(text, used));
  return parser.handler().stack.release();
}

namespace {

bool is_escaped(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\0': out += "\xEF\xBF\xBD"; return;  // U+FFFD, as for bytes that are no text: from_json takes no NUL
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const std::string repaired = ascii || is_valid_utf8(text) ? std::string() : to_valid_utf8(text);
  if (!repaired.empty()) text = repaired;
  out += '"';
  while (!text.empty()) {
    const auto plain = static_cast<std::size_t>(std::ranges::find_if(text, is_escaped) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    append_escaped(out, text.front());
    text.remove_prefix(1);
  }
  out += '"';
}

void append_json_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
  } else {
    fmt::format_to(std::back_inserter(out), "{}", value == 0 ? 0.0 : value);  // "-0" would come back as an integer
  }
}

void append_json(std::string& out, const Json& value) {
  const auto text = [](json::string_view view) { return std::string_view(view.data(), view.size()); };
  switch (value.kind()) {
    case json::kind::null: out += "null"; return;
    case json::kind::bool_: out += value.get_bool() ? "true" : "false"; return;
    case json::kind::int64: out += std::to_string(value.get_int64()); return;
    case json::kind::uint64: out += std::to_string(value.get_uint64()); return;
    case json::kind::double_: append_json_number(out, value.get_double()); return;
    case json::kind::string: append_json_string(out, text(value.get_string())); return;
    case json::kind::array: {
      char separator = '[';
      for (const auto& item : value.get_array()) {
        out += std::exchange(separator, ',');
        append_json(out, item);
      }
      out += separator == '[' ? "[]" : "]";
      return;
    }
    case json::kind::object: {
      char separator = '{';
      for (const auto& member : value.get_object()) {
        out += std::exchange(separator, ',');
        append_json_string(out, text(member.key()));
        out += ':';
        append_json(out, member.value());
      }
      out += separator == '{' ? "{}" : "}";
      return;
    }
  }
}

std::string format_json(const Json& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace sampan
