// Struct -> JSON Schema; a part of base/json_struct.h.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "base/json_read.h"

namespace sampan {
namespace json_detail {

// What we read may leave members out that have a default; what we write has them all.
enum class Way { in, out };

template <class T, Way way>
Json schema() {
  using Object = boost::json::object;
  if constexpr (std::same_as<T, Json>) {
    return Object{};
  } else if constexpr (std::same_as<T, bool>) {
    return Object{{"type", "boolean"}};
  } else if constexpr (std::integral<T> || TypedId<T>) {
    return Object{{"type", "integer"}};
  } else if constexpr (std::floating_point<T>) {
    return Object{{"type", "number"}};
  } else if constexpr (std::same_as<T, Time>) {
    return Object{{"type", "string"}, {"format", "date-time"}};
  } else if constexpr (DescribedEnum<T>) {
    boost::json::array names;
    for (const auto& name : enum_names<T>()) names.emplace_back(name);
    return Object{{"type", "string"}, {"enum", std::move(names)}};
  } else if constexpr (IsOptional<T>::value) {
    boost::json::array either;
    either.push_back(schema<typename IsOptional<T>::Inner, way>());
    either.push_back(Object{{"type", "null"}});
    return Object{{"anyOf", std::move(either)}};
  } else if constexpr (IsVector<T>::value) {
    return Object{{"type", "array"}, {"items", schema<typename IsVector<T>::Inner, way>()}};
  } else if constexpr (IsMap<T>::value) {
    return Object{{"type", "object"}, {"additionalProperties", schema<typename IsMap<T>::Inner, way>()}};
  } else if constexpr (DescribedStruct<T>) {
    Object properties;
    boost::json::array required;
    const T initial{};
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      using M = std::remove_cvref_t<decltype(initial.*member.pointer)>;
      const std::string name(detail::enumerator_name(member.name));
      properties.emplace(name, schema<M, way>());
      if (way == Way::out || !may_be_absent(initial.*member.pointer)) required.emplace_back(name);
    });
    Object object{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) object.emplace("required", std::move(required));
    return object;
  } else {
    return Object{{"type", "string"}};
  }
}

}  // namespace json_detail
}  // namespace sampan
