// What every fallible function returns: a value, or an Error with a kind for the program and a sentence for a person.
// Exceptions never cross a room's border; the wrapper that calls a throwing library turns them into an Error.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace sampan {

// The closed set of kinds. web/ maps each to one HTTP status; nobody invents another way to report an error.
enum class Errc {
  invalid,          // the input is wrong; the sentence says where, what was expected and the nearest valid name
  unauthenticated,  // nobody is signed in, or the credential is wrong, expired or revoked
  denied,           // somebody is signed in and may not; the sentence names the rule
  not_found,        // the thing asked for does not exist (or must not be known to exist)
  conflict,         // the state of the thing forbids it now: stale version, duplicate name, already finished
  too_large,        // over a stated limit; the sentence states the limit
  unavailable,      // try again later: busy, full, timed out, a needed service is down
  internal,         // a fault of ours or of the machine; logged with the sentence
};
std::string_view to_text(Errc code);

struct Error {
  Errc code = Errc::internal;
  std::string message;  // one sentence for a person, without a trailing newline
};

template <class... Args>
tl::unexpected<Error> fail(Errc code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}
// An Error(internal) from errno: "WHAT: strerror". ENOSPC and EDQUOT become unavailable with a sentence about the full
// disk.
tl::unexpected<Error> fail_errno(std::string_view what);

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
  Result() = default;
  Result(Error error) : tl::expected<T, Error>(tl::unexpected<Error>(std::move(error))) {}
  Result(tl::unexpected<Error> error) : tl::expected<T, Error>(std::move(error)) {}

  // Adds where the failure happened in front of the sentence, when a border is crossed.
  Result<T> context(std::string_view where) && {
    if (!this->has_value()) this->error().message = fmt::format("{}: {}", where, this->error().message);
    return std::move(*this);
  }
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error> {
 public:
  using tl::expected<void, Error>::expected;
  Result() = default;
  Result(Error error) : tl::expected<void, Error>(tl::unexpected<Error>(std::move(error))) {}
  Result(tl::unexpected<Error> error) : tl::expected<void, Error>(std::move(error)) {}

  Result<void> context(std::string_view where) && {
    if (!has_value()) error().message = fmt::format("{}: {}", where, error().message);
    return std::move(*this);
  }
};

namespace detail {
template <class T>
T unwrap(Result<T>&& result) {
  return std::move(*result);
}
inline void unwrap(Result<void>&&) {}
}  // namespace detail

}  // namespace sampan

// Unwraps a Result, or returns its Error from the enclosing function. Never inside a coroutine (g++ 12 dies). A lambda
// inside the expression may use it too: each use has a name of its own.
#define TRY(...) SAMPAN_TRY_COUNTED(__COUNTER__, __VA_ARGS__)
#define SAMPAN_TRY_COUNTED(count, ...) SAMPAN_TRY_NAMED(count, __VA_ARGS__)
#define SAMPAN_TRY_NAMED(count, ...)                                                   \
  __extension__({                                                                      \
    auto try_result_##count = (__VA_ARGS__);                                           \
    if (!try_result_##count.has_value())                                               \
      return ::tl::unexpected<::sampan::Error>(std::move(try_result_##count.error())); \
    ::sampan::detail::unwrap(std::move(try_result_##count));                           \
  })
