// Struct -> text; a part of base/json_struct.h.
#pragma once

#include <utility>

#include "base/json_kinds.h"

namespace sampan {

void append_json_number(std::string& out, double value);

namespace json_detail {

template <class T>
void put(std::string& out, const T& t) {
  if constexpr (std::same_as<T, Json>) {
    append_json(out, t);
  } else if constexpr (std::same_as<T, bool>) {
    out += t ? "true" : "false";
  } else if constexpr (std::integral<T>) {
    out += std::to_string(t);
  } else if constexpr (std::floating_point<T>) {
    append_json_number(out, t);
  } else if constexpr (std::same_as<T, Time>) {
    append_json_string(out, format_rfc3339(t));
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    append_json_string(out, t);
  } else if constexpr (DescribedEnum<T>) {
    append_json_string(out, enum_text(t));
  } else if constexpr (IsOptional<T>::value) {
    if (t) {
      put(out, *t);
    } else {
      out += "null";
    }
  } else if constexpr (IsVector<T>::value) {
    char separator = '[';
    for (const auto& item : t) {
      out += std::exchange(separator, ',');
      put<typename IsVector<T>::Inner>(out, item);
    }
    out += separator == '[' ? "[]" : "]";
  } else if constexpr (IsMap<T>::value) {
    char separator = '{';
    for (const auto& [key, value] : t) {
      out += std::exchange(separator, ',');
      append_json_string(out, key);
      out += ':';
      put(out, value);
    }
    out += separator == '{' ? "{}" : "}";
  } else if constexpr (DescribedStruct<T>) {
    char separator = '{';
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      out += std::exchange(separator, ',');
      append_json_string(out, detail::enumerator_name(member.name));
      out += ':';
      put(out, t.*member.pointer);
    });
    out += separator == '{' ? "{}" : "}";
  } else if constexpr (TypedId<T>) {
    out += std::to_string(t.value);
  } else if constexpr (TextLike<T>) {
    append_json_string(out, t.text());
  } else {
    static_assert(kNotSupported<T>, "a member of this type has no JSON form (see base/json.h)");
  }
}

}  // namespace json_detail
}  // namespace sampan
