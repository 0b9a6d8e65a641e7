// What is told to people whose language is not known yet.
#pragma once

#include <boost/describe.hpp>
#include <string>

namespace sampan {

struct Text {  // the same sentence twice
  std::string zh, en;
};
BOOST_DESCRIBE_STRUCT(Text, (), (zh, en))

}  // namespace sampan
