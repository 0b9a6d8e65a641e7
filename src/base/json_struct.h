// to_json, from_json and schema_of over the list of members that BOOST_DESCRIBE_STRUCT gives. The rules are in base/json.h.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/enum_text.h"
#include "base/json.h"
#include "base/text.h"

namespace sampan {

void append_json_number(std::string& out, double value);

namespace json_detail {

template <class T>
concept DescribedStruct = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;
template <class T>
concept TypedId = !DescribedStruct<T> && requires(const T& id) { id.value; } && std::integral<std::remove_cv_t<decltype(T::value)>>;
template <class T>
concept TextLike = !DescribedStruct<T> && requires(const T& t, std::string_view text) {
  { t.text() } -> std::convertible_to<std::string_view>;
  { T::parse(text) } -> std::same_as<std::optional<T>>;
};
template <class T> struct IsOptional : std::false_type {};
template <class T> struct IsOptional<std::optional<T>> : std::true_type { using Inner = T; };
template <class T> struct IsVector : std::false_type {};
template <class T> struct IsVector<std::vector<T>> : std::true_type { using Inner = T; };
template <class T> struct IsMap : std::false_type {};
template <class T> struct IsMap<std::map<std::string, T>> : std::true_type { using Inner = T; };
template <class> inline constexpr bool kNotSupported = false;

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

// The first mistake found while reading, and where: "approvals.min", "items[3].name".
class Place {
 public:
  explicit Place(std::string& sentence) : sentence_(sentence) {}
  // False, so that readers can `return place.expected(...)`.
  bool expected(std::string_view wanted, const Json& found);
  bool complain(std::string_view message);
  const std::string& path() const { return path_; }

  class Step {  // one level down, for its lifetime
   public:
    Step(Place& place, std::string_view key);
    Step(Place& place, std::size_t index);
    ~Step() { place_.path_.resize(length_); }

   private:
    Place& place_;
    std::size_t length_;
  };

 private:
  std::string& sentence_;
  std::string path_;
};

// Every key of `object` must be in `known`.
bool only_known_keys(const boost::json::object& object, const std::vector<std::string>& known, Place& place);
bool read_integer(const Json& json, std::int64_t least, std::uint64_t most, std::int64_t& low, std::uint64_t& high, Place& place);
bool read_text(const Json& json, std::string& text, Place& place);
bool read_time(const Json& json, Time& time, Place& place);
bool read_real(const Json& json, double& value, Place& place);
bool read_bool(const Json& json, bool& value, Place& place);

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

template <class T>
bool get(const Json& json, T& t, Place& place);

template <class M>
bool may_be_absent(const M& initial) {
  if constexpr (IsOptional<M>::value || IsVector<M>::value || IsMap<M>::value || std::same_as<M, Json> || std::same_as<M, bool>) {
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
  return place.complain(fmt::format("expected one of {}, found '{}'{}", join(names, ", "), text, did_you_mean(text, names)));
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
    if (!get(member.value(), t[key], place)) return false;
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

template <class T>
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
    either.push_back(schema<typename IsOptional<T>::Inner>());
    either.push_back(Object{{"type", "null"}});
    return Object{{"anyOf", std::move(either)}};
  } else if constexpr (IsVector<T>::value) {
    return Object{{"type", "array"}, {"items", schema<typename IsVector<T>::Inner>()}};
  } else if constexpr (IsMap<T>::value) {
    return Object{{"type", "object"}, {"additionalProperties", schema<typename IsMap<T>::Inner>()}};
  } else if constexpr (DescribedStruct<T>) {
    Object properties;
    boost::json::array required;
    const T initial{};
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      using M = std::remove_cvref_t<decltype(initial.*member.pointer)>;
      const std::string name(detail::enumerator_name(member.name));
      properties.emplace(name, schema<M>());
      if (!may_be_absent(initial.*member.pointer)) required.emplace_back(name);
    });
    Object object{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!required.empty()) object.emplace("required", std::move(required));
    return object;
  } else {
    return Object{{"type", "string"}};
  }
}

}  // namespace json_detail

template <class T>
std::string to_json(const T& t) {
  std::string out;
  json_detail::put(out, t);
  return out;
}

template <class T>
Result<T> from_json_value(const Json& json) {
  T t{};
  std::string sentence;
  json_detail::Place place(sentence);
  if (!json_detail::get(json, t, place)) return fail(Errc::invalid, "{}", sentence);
  return t;
}

template <class T>
Result<T> from_json(std::string_view text) {
  const Json json = TRY(parse_json(text));
  return from_json_value<T>(json);
}

template <class T>
Json schema_of() {
  return json_detail::schema<T>();
}

}  // namespace sampan
