#include "registry/pulls.h"

#include "base/log.h"
#include "registry/store.h"

namespace sampan::registry {

Pulls::~Pulls() {
  if (const auto done = write(); !done)
    log::warning("registry", "the last pulls are not counted: {}", done.error().message);
}

Result<void> Pulls::count(std::int64_t repository) {
  {
    auto held = held_.lock();
    ++held->counted[repository];
    if (clock_.steady() < held->next_write) return {};
    held->next_write = clock_.steady() + std::chrono::seconds(1);
  }
  return write();
}

Result<void> Pulls::write() {
  const auto counted = std::exchange(held_.lock()->counted, {});
  if (counted.empty()) return {};
  return db_.write_lazily([&](Tx& tx) -> Result<void> {
    for (const auto& [repository, pulls] : counted) TRY(store::count_pulls(tx, repository, pulls));
    return {};
  });
}

}  // namespace sampan::registry
