// Described enums by name, for columns, JSON and sentences. A trailing underscore of an enumerator (`default_`) is not
// part of its name.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sampan {

template <class E>
concept DescribedEnum = boost::describe::has_describe_enumerators<E>::value;

namespace detail {
constexpr std::string_view enumerator_name(std::string_view name) {
  return name.ends_with('_') ? name.substr(0, name.size() - 1) : name;
}
}  // namespace detail

// Empty for a value that no enumerator has.
template <DescribedEnum E>
std::string_view enum_text(E value) {
  std::string_view found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
    if (enumerator.value == value) found = detail::enumerator_name(enumerator.name);
  });
  return found;
}

template <DescribedEnum E>
std::optional<E> enum_from(std::string_view text) {
  std::optional<E> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto enumerator) {
    if (detail::enumerator_name(enumerator.name) == text) found = enumerator.value;
  });
  return found;
}

template <DescribedEnum E>
std::vector<std::string> enum_names() {
  std::vector<std::string> names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
      [&](auto enumerator) { names.emplace_back(detail::enumerator_name(enumerator.name)); });
  return names;
}

}  // namespace sampan
