#include "people/throttle.h"

#include <algorithm>

#include "base/text.h"

namespace sampan::people {
namespace {

using std::chrono::seconds;
constexpr int kFreeOfLogin = 5, kFreeOfAddress = 30;
constexpr seconds kLongestWait{60}, kForgiven{15 * 60};
constexpr std::size_t kMostEntries = 20'000;

std::string login_key(std::string_view login) { return "login " + lower(login); }
std::string address_key(std::string_view address) { return "address " + std::string(address); }

}  // namespace

seconds Throttle::left(const Entries& entries, const std::string& key, int free) const {
  auto found = entries.find(key);
  if (found == entries.end() || found->second.failures < free) return seconds(0);
  const int doubled = std::min(found->second.failures - free, 6);
  const auto until = found->second.last + std::min(seconds(1 << doubled), kLongestWait);
  return std::max(seconds(0), std::chrono::ceil<seconds>(until - clock_.steady()));
}

std::optional<seconds> Throttle::begin(std::string_view login, std::string_view address) {
  const std::string keys[] = {login_key(login), address_key(address)};
  const auto now = clock_.steady();
  auto entries = entries_.lock();
  if (entries->size() > kMostEntries)
    std::erase_if(*entries, [&](auto& entry) { return now - entry.second.last > seconds(60); });
  if (entries->size() > kMostEntries) entries->clear();
  for (const auto& key : keys) {
    auto found = entries->find(key);
    if (found != entries->end() && now - found->second.last > kForgiven) entries->erase(found);
  }
  const auto wait = std::max(left(*entries, keys[0], kFreeOfLogin), left(*entries, keys[1], kFreeOfAddress));
  if (wait > seconds(0)) return wait;
  for (const auto& key : keys) {
    auto& entry = (*entries)[key];
    ++entry.failures;
    entry.last = now;
  }
  return std::nullopt;
}

void Throttle::succeeded(std::string_view login, std::string_view address) {
  auto entries = entries_.lock();
  entries->erase(login_key(login));
  auto found = entries->find(address_key(address));
  if (found != entries->end() && --found->second.failures <= 0) entries->erase(found);
}

}  // namespace sampan::people
