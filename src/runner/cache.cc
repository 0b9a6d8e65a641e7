#include "runner/cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/crypto.h"
#include "base/log.h"
#include "base/process.h"

namespace sampan::runner {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kMostCopied = std::int64_t{2} << 30;

std::int64_t weigh(const std::string& folder) {
  std::int64_t bytes = 0;
  std::error_code error;
  for (auto at = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
       !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    struct stat entry {};
    if (::lstat(at->path().c_str(), &entry) == 0) bytes += entry.st_blocks * 512;
  }
  return bytes;
}

// A copy of what is being written may hold half a file; a job that fails with it is tried without (runner/job.h).
Result<void> copy_tree(const std::string& from, const std::string& to) {
  TRY(run({.argv = {"cp", "-a", "--reflink=auto", "--", from + "/.", to}},
          {.timeout = std::chrono::minutes(5)}));  // also when a file vanished under it
  return {};
}

}  // namespace

Result<HeldCache> Caches::hold(const CacheOrder& order, const std::string& spare) {
  const auto home = fmt::format("{}/{}", folder_, sha256_hex(order.key).substr(0, 24));
  TRY(make_directories(home, 0700));
  HeldCache held;
  held.order_ = order;
  const auto place = fmt::format("{}/g{}", home, order.generation);
  std::error_code error;
  Fd lock(::open((home + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return fail_errno("open the cache " + order.key);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    held.folder_ = spare;
    TRY(make_directories(spare));
    if (exists(place) && weigh(place) <= kMostCopied) TRY(copy_tree(place, spare));
    held.warm_ = !fs::is_empty(spare, error);
    return held;
  }
  held.lock_ = std::move(lock);
  held.folder_ = place;
  for (const auto& entry : fs::directory_iterator(home, error)) {
    if (entry.path().filename() != "lock" && entry.path() != place) TRY(remove_tree(entry.path().string()));
  }
  TRY(make_directories(place));
  held.warm_ = !fs::is_empty(place, error);
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

std::int64_t HeldCache::size() const { return weigh(folder_); }

}  // namespace sampan::runner
