// Document -> struct, strictly; a part of base/json_struct.h.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <limits>
#include <utility>

#include "base/json_kinds.h"
#include "base/json_place.h"
#include "base/text.h"

namespace sampan {
namespace json_detail {

template <class T>
bool get(const Json& json, T& t, Place& place);

template <class M>
bool may_be_absent(const M& initial) {
  if constexpr (IsOptional<M>::value || IsVector<M>::value || IsMap<M>::value || std::same_as<M, Json> ||
                std::same_as<M, bool>) {
    return true;
  } else if constexpr (std::equality_comparable<M> && std::default_initializable<M>) {
    return !(initial == M{});
  } else {
    return false;
  }
}

template <DescribedStruct T>
bool get_struct(const Json& json, T& t, Place& place) {
  const auto* object = json.if_object();
  if (!object) return place.expected("an object", json);
  std::vector<std::string> known;
  bool ok = true;
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    const std::string name(detail::enumerator_name(member.name));
    known.push_back(name);
    if (!ok) return;
    Place::Step step(place, name);
    const auto* value = object->if_contains(name);
    if (value) {
      ok = get(*value, t.*member.pointer, place);
    } else if (!may_be_absent(t.*member.pointer)) {
      ok = place.complain("is missing");
    }
  });
  return only_known_keys(*object, known, place) && ok;
}

template <std::integral T>
bool get_integer(const Json& json, T& t, Place& place) {
  std::int64_t low = 0;
  std::uint64_t high = 0;
  if (!read_integer(json, std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), low, high, place)) return false;
  t = low < 0 ? static_cast<T>(low) : static_cast<T>(high);
  return true;
}

template <DescribedEnum T>
bool get_enum(const Json& json, T& t, Place& place) {
  std::string text;
  if (!read_text(json, text, place)) return false;
  if (const auto found = enum_from<T>(text)) return t = *found, true;
  const auto names = enum_names<T>();
  return place.complain(
      fmt::format("expected one of {}, found '{}'{}", join(names, ", "), text, did_you_mean(text, names)));
}

template <class T>
bool get_vector(const Json& json, std::vector<T>& t, Place& place) {
  const auto* array = json.if_array();
  if (!array) return place.expected("a list", json);
  t.clear();
  t.reserve(array->size());
  for (const auto& item : *array) {
    Place::Step step(place, t.size());
    T value{};
    if (!get(item, value, place)) return false;
    t.push_back(std::move(value));
  }
  return true;
}

template <class T>
bool get_map(const Json& json, std::map<std::string, T>& t, Place& place) {
  const auto* object = json.if_object();
  if (!object) return place.expected("an object", json);
  t.clear();
  for (const auto& member : *object) {
    const std::string key(member.key().data(), member.key().size());
    Place::Step step(place, key);
    if (!may_be_text(key, place) || !get(member.value(), t[key], place)) return false;
  }
  return true;
}

template <TextLike T>
bool get_text_like(const Json& json, T& t, Place& place) {
  std::string text;
  if (!read_text(json, text, place)) return false;
  if (const auto found = T::parse(text)) return t = *found, true;
  if (text == T().text()) return t = T(), true;  // the "none" of types that have one
  return place.complain(fmt::format("'{}' is malformed", text));
}

template <class T>
bool get(const Json& json, T& t, Place& place) {
  if constexpr (std::same_as<T, Json>) {
    return t = json, true;
  } else if constexpr (std::same_as<T, bool>) {
    return read_bool(json, t, place);
  } else if constexpr (std::integral<T>) {
    return get_integer(json, t, place);
  } else if constexpr (std::same_as<T, double>) {
    return read_real(json, t, place);
  } else if constexpr (std::same_as<T, std::string>) {
    return read_text(json, t, place);
  } else if constexpr (std::same_as<T, Time>) {
    return read_time(json, t, place);
  } else if constexpr (DescribedEnum<T>) {
    return get_enum(json, t, place);
  } else if constexpr (IsOptional<T>::value) {
    if (json.is_null()) return t.reset(), true;
    return get(json, t.emplace(), place);
  } else if constexpr (IsVector<T>::value) {
    return get_vector(json, t, place);
  } else if constexpr (IsMap<T>::value) {
    return get_map(json, t, place);
  } else if constexpr (DescribedStruct<T>) {
    return get_struct(json, t, place);
  } else if constexpr (TypedId<T>) {
    return get_integer(json, t.value, place);
  } else if constexpr (TextLike<T>) {
    return get_text_like(json, t, place);
  } else {
    static_assert(kNotSupported<T>, "a member of this type has no JSON form (see base/json.h)");
  }
}

}  // namespace json_detail
}  // namespace sampan
