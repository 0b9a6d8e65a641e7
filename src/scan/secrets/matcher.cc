#include "scan/secrets/matcher.h"

#include <re2/re2.h>

#include <array>

namespace sampan::scan::secrets {

namespace {

constexpr std::int64_t kMemory = 8 << 20;
constexpr int kMostSteps = 2'000, kMostGroups = 4;
constexpr std::size_t kMostLetters = 500;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Matcher::Matcher(std::unique_ptr<re2::RE2> expression) : expression_(std::move(expression)) {}
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;
Matcher::~Matcher() = default;

Result<Matcher> Matcher::compile(const std::string& expression) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  options.set_encoding(RE2::Options::EncodingLatin1);  // bytes, as the first pass sees them
  auto made = std::make_unique<RE2>(expression, options);
  if (!made->ok())
    return fail(Errc::invalid, "'{}' is not a regular expression (RE2 syntax): {}", expression, made->error());
  return Matcher(std::move(made));
}

Result<Matcher> compile_own(const std::string& expression) {
  if (expression.size() > kMostLetters)
    return fail(Errc::invalid, "a pattern of {} bytes: at most {} are good", expression.size(), kMostLetters);
  auto matcher = TRY(Matcher::compile(expression));
  Region none;
  if (matcher.next("", none)) return fail(Errc::invalid, "the pattern '{}' matches the empty text", expression);
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 again(expression, options);
  if (!again.ok() || again.ProgramSize() > kMostSteps)
    return fail(Errc::invalid,
                "the pattern '{}' costs {} steps a byte: at most {} are good; repeat less, or fewer times", expression,
                again.ok() ? again.ProgramSize() : 0, kMostSteps);
  return matcher;
}

std::optional<Region> Matcher::next(std::string_view text, Region& region) const {
  std::array<re2::StringPiece, kMostGroups + 1> groups;
  const int count = 1 + std::min(expression_->NumberOfCapturingGroups(), kMostGroups);
  if (!expression_->Match(piece(text), region.start, region.end, RE2::UNANCHORED, groups.data(), count))
    return std::nullopt;
  re2::StringPiece found = groups[0];
  for (int i = 1; i < count; ++i) {
    if (groups[static_cast<std::size_t>(i)].data()) found = groups[static_cast<std::size_t>(i)];
  }
  const auto start = static_cast<std::size_t>(found.data() - text.data());
  region.start = std::max(start + found.size(), region.start + 1);
  return Region{start, start + found.size()};
}

}  // namespace sampan::scan::secrets
