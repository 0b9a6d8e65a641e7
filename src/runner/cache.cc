#include "runner/cache.h"

#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>

#include "base/crypto.h"

namespace sampan::runner {

namespace fs = std::filesystem;

Result<HeldCache> Caches::hold(const CacheOrder& order, const std::string& spare) {
  const auto home = fmt::format("{}/{}", folder_, sha256_hex(order.key).substr(0, 24));
  TRY(make_directories(home));
  HeldCache held;
  held.order_ = order;
  Fd lock(::open((home + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return fail_errno("open the cache " + order.key);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    held.folder_ = spare;
    TRY(make_directories(spare));
    return held;
  }
  held.lock_ = std::move(lock);
  held.folder_ = fmt::format("{}/g{}", home, order.generation);
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(home, error)) {
    const auto name = entry.path().filename().string();
    if (name != "lock" && entry.path() != held.folder_) TRY(remove_tree(entry.path().string()));
  }
  TRY(make_directories(held.folder_));
  held.warm_ = !fs::is_empty(held.folder_, error);
  return held;
}

Result<void> HeldCache::set_aside() {
  aside_ = folder_ + ".aside";
  TRY(remove_tree(aside_));
  std::error_code error;
  fs::rename(folder_, aside_, error);
  if (error) return fail(Errc::internal, "set the cache {} aside: {}", order_.key, error.message());
  return make_directories(folder_);
}

Result<void> HeldCache::keep_new() { return remove_tree(aside_); }

Result<void> HeldCache::restore_old() {
  TRY(remove_tree(folder_));
  std::error_code error;
  fs::rename(aside_, folder_, error);
  if (error) return fail(Errc::internal, "put the cache {} back: {}", order_.key, error.message());
  return {};
}

std::int64_t HeldCache::size() const {
  std::int64_t bytes = 0;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder_, fs::directory_options::skip_permission_denied, error); !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at->is_regular_file(error) && !at->is_symlink(error)) bytes += static_cast<std::int64_t>(at->file_size(error));
  }
  return bytes;
}

}  // namespace sampan::runner
