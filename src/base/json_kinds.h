// Which C++ types have which JSON form; a part of base/json_struct.h.
#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/enum_text.h"
#include "base/json.h"

namespace sampan {
namespace json_detail {

template <class T>
concept DescribedStruct = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;
template <class T>
concept TypedId = !DescribedStruct<T> && requires(const T& id) {
  id.value;
}
&&std::integral<std::remove_cv_t<decltype(T::value)>>;
template <class T>
concept TextLike = !DescribedStruct<T> && requires(const T& t, std::string_view text) {
  { t.text() } -> std::convertible_to<std::string_view>;
  { T::parse(text) } -> std::same_as<std::optional<T>>;
};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {
  using Inner = T;
};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {
  using Inner = T;
};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {
  using Inner = T;
};
template <class>
inline constexpr bool kNotSupported = false;

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

}  // namespace json_detail
}  // namespace sampan
