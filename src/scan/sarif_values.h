// Reading SARIF's values: absent and of a wrong type are the same to a reader of what strangers wrote.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sampan::scan::sarif {

namespace json = boost::json;

inline const json::value* member(const json::object* object, std::string_view name) {
  return object ? object->if_contains(name) : nullptr;
}
inline const json::object* object_in(const json::object* object, std::string_view name) {
  const auto* value = member(object, name);
  return value ? value->if_object() : nullptr;
}
inline const json::array* array_in(const json::object* object, std::string_view name) {
  const auto* value = member(object, name);
  return value ? value->if_array() : nullptr;
}
inline const json::array& items_in(const json::object* object, std::string_view name) {
  static const json::array none;
  const auto* found = array_in(object, name);
  return found ? *found : none;
}
inline std::string_view text_in(const json::object* object, std::string_view name) {
  const auto* value = member(object, name);
  const auto* text = value ? value->if_string() : nullptr;
  return text ? std::string_view(text->data(), text->size()) : std::string_view();
}
inline std::optional<std::int64_t> integer_in(const json::object* object, std::string_view name) {
  const auto* value = member(object, name);
  if (value && value->is_int64()) return value->get_int64();
  return std::nullopt;
}
inline const json::object* object_at(const json::array* array, std::optional<std::int64_t> index) {
  if (!array || !index || *index < 0 || static_cast<std::size_t>(*index) >= array->size()) return nullptr;
  return (*array)[static_cast<std::size_t>(*index)].if_object();
}

}  // namespace sampan::scan::sarif
