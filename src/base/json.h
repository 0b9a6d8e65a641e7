// JSON both ways and its schema, from one list of members: a wire struct is described once (BOOST_DESCRIBE_STRUCT) and
// then written, read strictly and documented by it. Members may be: bool, integers, double, std::string, Time (RFC 3339
// text), typed ids (number), Sha/Digest and other types with `text()`/`parse` (string), described enums (name as text),
// std::optional (absent or null), std::vector, std::map<std::string, T>, other described structs, and Json (anything).
#pragma once

#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <boost/mp11.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace sampan {

using Json = boost::json::value;  // free-form documents; include <boost/json.hpp> only where one is built or walked

// Refuses duplicate keys, depth over 64 and trailing text; the sentence has line and column.
Result<Json> parse_json(std::string_view text);
std::string format_json(const Json& value);
void append_json(std::string& out, const Json& value);
void append_json_string(std::string& out,
                        std::string_view text);  // quoted and escaped; invalid UTF-8 and NUL become U+FFFD

// to_json(x): struct -> text. A NaN or infinity is written as null.
// from_json<T>(text): text -> struct; an unknown key, a missing member that is not optional and has no default, or a
// value of the wrong type is Errc::invalid, and so is a NUL in a text, which neither a C string nor PostgreSQL takes:
// "field 'approvals.min': expected a number, found text"; an unknown key names the nearest known one. schema_of<T>():
// the JSON Schema (2020-12) of T as Json, for OpenAPI; enums list their values; nested structs are inlined.
// answer_schema_of<T>(): of what to_json writes: every member is there, an empty optional as null. Has a default:
// std::optional, bool, vectors, maps, Json, and members whose initialiser is not the zero or empty value of their type.
// These templates are defined in base/json_struct.h, which routes.cc and other wire code include.

}  // namespace sampan
