// What a scanner is at, kept where whoever watches over its process can read it when the process is gone.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace sampan::scan {

// In memory that two processes share: written by one, read by the other when the writer has ended or hangs.
struct Activity {
  std::array<char, 64> rule{};  // ends with a zero; empty: no rule in particular
};
void watch_me(Activity* activity);  // of this thread; nullptr: nobody watches
void now_at(std::string_view rule);
std::string rule_of(const Activity& activity);

}  // namespace sampan::scan
