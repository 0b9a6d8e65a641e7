#include "base/json_struct.h"

namespace sampan::json_detail {

namespace {

std::string_view kind_name(const Json& json) {
  switch (json.kind()) {
    case boost::json::kind::null: return "null";
    case boost::json::kind::bool_: return "a boolean";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_: return "a number";
    case boost::json::kind::string: return "text";
    case boost::json::kind::array: return "a list";
    case boost::json::kind::object: return "an object";
  }
  return "something else";
}

}  // namespace

Place::Step::Step(Place& place, std::string_view key) : place_(place), length_(place.path_.size()) {
  if (length_) place_.path_ += '.';
  place_.path_ += key;
}

Place::Step::Step(Place& place, std::size_t index) : place_(place), length_(place.path_.size()) {
  place_.path_ += fmt::format("[{}]", index);
}

bool Place::expected(std::string_view wanted, const Json& found) {
  return complain(fmt::format("expected {}, found {}", wanted, kind_name(found)));
}

bool Place::complain(std::string_view message) {
  if (!sentence_.empty()) return false;
  sentence_ = path_.empty() ? fmt::format("JSON document: {}", message) : fmt::format("field '{}': {}", path_, message);
  return false;
}

bool only_known_keys(const boost::json::object& object, const std::vector<std::string>& known, Place& place) {
  for (const auto& member : object) {
    const std::string key(member.key().data(), member.key().size());
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    Place::Step step(place, key);
    return place.complain("unknown" + did_you_mean(key, known));
  }
  return true;
}

bool read_integer(const Json& json, std::int64_t least, std::uint64_t most, std::int64_t& low, std::uint64_t& high,
                  Place& place) {
  if (const auto* value = json.if_int64()) {
    low = *value;
    high = *value < 0 ? 0 : static_cast<std::uint64_t>(*value);
  } else if (const auto* big = json.if_uint64()) {
    high = *big;
  } else if (json.is_double()) {
    return place.complain("expected a whole number, found one with a fraction or an exponent");
  } else {
    return place.expected("a number", json);
  }
  if (low < least || high > most) return place.complain(fmt::format("expected a number from {} to {}", least, most));
  return true;
}

bool may_be_text(std::string_view text, Place& place) {
  return text.find('\0') == std::string_view::npos || place.complain("holds a NUL (\\u0000)");
}

bool read_text(const Json& json, std::string& text, Place& place) {
  const auto* value = json.if_string();
  if (!value) return place.expected("text", json);
  if (!may_be_text({value->data(), value->size()}, place)) return false;
  text.assign(value->data(), value->size());
  return true;
}

bool read_time(const Json& json, Time& time, Place& place) {
  std::string text;
  if (!read_text(json, text, place)) return false;
  const auto parsed = parse_rfc3339(text);
  if (!parsed) return place.complain(fmt::format("expected a time like 2026-11-24T08:30:00Z, found '{}'", text));
  time = *parsed;
  return true;
}

bool read_real(const Json& json, double& value, Place& place) {
  if (!json.is_number()) return place.expected("a number", json);
  value = json.is_double()  ? json.get_double()
          : json.is_int64() ? static_cast<double>(json.get_int64())
                            : static_cast<double>(json.get_uint64());
  return true;
}

bool read_bool(const Json& json, bool& value, Place& place) {
  if (!json.is_bool()) return place.expected("true or false", json);
  value = json.get_bool();
  return true;
}

}  // namespace sampan::json_detail
