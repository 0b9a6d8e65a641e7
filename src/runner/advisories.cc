#include "runner/advisories.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/files.h"

namespace sampan::runner {

namespace {

Result<std::string> sum_of(const std::string& file) {
  const Fd in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return fail_errno(file);
  Sha256 sum;
  std::string piece(1 << 20, '\0');
  for (ssize_t got; (got = ::read(in.get(), piece.data(), piece.size())) != 0;) {
    if (got < 0 && errno != EINTR) return fail_errno(file);
    if (got > 0) sum.update(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
  }
  return sum.hex();
}

}  // namespace

Result<void> Advisories::renew(const std::string& sum,
                               const std::function<Result<void>(const std::string& place)>& fetch) {
  const std::lock_guard lock(mutex_);
  if (sum_.empty() && exists(file_)) sum_ = TRY(sum_of(file_));
  if (sum_ == sum) return {};
  const auto place = file_ + ".new";
  TRY(fetch(place));
  if (const auto came = TRY(sum_of(place)); came != sum) {
    ::unlink(place.c_str());
    return fail(Errc::invalid, "what came has the sum {}, {} was expected", came, sum);
  }
  if (::chmod(place.c_str(), 0644) != 0) return fail_errno(place);  // steps are not us
  TRY(rename_durably(place, file_));
  sum_ = sum;
  return {};
}

}  // namespace sampan::runner
