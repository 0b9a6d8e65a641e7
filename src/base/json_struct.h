// to_json, from_json and the schemas over the list of members that BOOST_DESCRIBE_STRUCT gives. The rules are in
// base/json.h.
#pragma once

#include "base/json_read.h"
#include "base/json_schema.h"
#include "base/json_write.h"

namespace sampan {

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
  return json_detail::schema<T, json_detail::Way::in>();
}

template <class T>
Json answer_schema_of() {
  return json_detail::schema<T, json_detail::Way::out>();
}

}  // namespace sampan
