// Where a reader is in a document and what it found wrong there; a part of base/json_struct.h.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace sampan {
namespace json_detail {

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
bool read_integer(const Json& json, std::int64_t least, std::uint64_t most, std::int64_t& low, std::uint64_t& high,
                  Place& place);
bool may_be_text(std::string_view text, Place& place);  // without NUL
bool read_text(const Json& json, std::string& text, Place& place);
bool read_time(const Json& json, Time& time, Place& place);
bool read_real(const Json& json, double& value, Place& place);
bool read_bool(const Json& json, bool& value, Place& place);

}  // namespace json_detail
}  // namespace sampan
