#include "scan/activity.h"

#include <algorithm>
#include <cstring>

namespace sampan::scan {

namespace {

thread_local Activity* watched = nullptr;

}  // namespace

void watch_me(Activity* activity) { watched = activity; }

void now_at(std::string_view rule) {
  if (!watched) return;
  const auto length = std::min(rule.size(), watched->rule.size() - 1);
  std::memcpy(watched->rule.data(), rule.data(), length);
  watched->rule[length] = '\0';
  asm volatile("" ::: "memory");  // written before the rule begins: it may not come back
}

std::string rule_of(const Activity& activity) {
  return std::string(activity.rule.data(), ::strnlen(activity.rule.data(), activity.rule.size()));
}

}  // namespace sampan::scan
