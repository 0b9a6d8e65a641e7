#include "pipeline/advisories.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"

namespace sampan::pipeline {

namespace {

Result<std::string> sum_of(int fd, const std::string& name) {
  Sha256 sum;
  std::string piece(1 << 20, '\0');
  off_t done = 0;
  for (ssize_t got; (got = ::pread(fd, piece.data(), piece.size(), done)) != 0;) {
    if (got < 0 && errno != EINTR) return fail_errno(name);
    if (got < 0) continue;
    sum.update(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    done += got;
  }
  return sum.hex();
}

}  // namespace

Result<Advisories::Looked> Advisories::look() {
  Fd file(::open(file_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && (errno == ENOENT || file_.empty())) return fail(Errc::not_found, "this server has no advisories");
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return fail_errno(file_);
  const Identity identity{status.st_dev, status.st_ino, status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  auto known = known_.lock();
  if (known->sum.empty() || known->identity != identity) *known = {identity, TRY(sum_of(file.get(), file_))};
  return Looked{{std::move(file), static_cast<std::uint64_t>(status.st_size)}, known->sum};
}

Result<std::string> Advisories::sum() {
  auto looked = look();
  if (!looked.has_value() && looked.error().code == Errc::not_found) return std::string();
  return TRY(std::move(looked)).sum;
}

Result<Advisories::Opened> Advisories::open(const std::string& sum) {
  auto looked = TRY(look());
  if (looked.sum != sum) return fail(Errc::not_found, "the advisories were imported anew since this job was given out");
  return std::move(looked.opened);
}

}  // namespace sampan::pipeline
