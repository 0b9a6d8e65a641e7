#include "base/result.h"

#include <cerrno>
#include <cstring>

namespace sampan {

std::string_view to_text(Errc code) {
  switch (code) {
    case Errc::invalid: return "invalid";
    case Errc::unauthenticated: return "unauthenticated";
    case Errc::denied: return "denied";
    case Errc::not_found: return "not_found";
    case Errc::conflict: return "conflict";
    case Errc::too_large: return "too_large";
    case Errc::unavailable: return "unavailable";
    case Errc::internal: return "internal";
  }
  return "internal";
}

tl::unexpected<Error> fail_errno(std::string_view what) {
  const int code = errno;
  if (code == ENOSPC || code == EDQUOT) {
    return fail(Errc::unavailable, "{}: the disk is full; free some space and try again", what);
  }
  char buffer[128];
  return fail(Errc::internal, "{}: {}", what, strerror_r(code, buffer, sizeof buffer));
}

}  // namespace sampan
