// Names, refs, paths, ids and moments that people and clients send.
#include "git/names.h"

#include "base/clock.h"
#include "base/text.h"
#include "fuzz.h"
#include "model/ids.h"

using namespace sampan;

static bool has_part(std::string_view path, std::string_view part) {
  const auto parts = split(path, '/');
  return std::find(parts.begin(), parts.end(), part) != parts.end();
}

FUZZ(input) {
  const std::string text(input);
  if (git::check_ref(input).has_value()) {
    PROMISE(input.size() <= git::kLongestRef && input.starts_with("refs/") && is_valid_utf8(input));
    PROMISE(text.find("..") == std::string::npos && text.find_first_of(" ~^:?*[\\\x7f") == std::string::npos);
    PROMISE(!input.ends_with(".lock") && !input.ends_with('/') && text.find("//") == std::string::npos);
  }
  if (git::check_short_ref("branch", input).has_value()) PROMISE(git::check_ref("refs/heads/" + text).has_value());
  if (git::check_revision(input).has_value()) {
    PROMISE(!input.starts_with('-') && text.find_first_of("~^: \n") == std::string::npos);
    PROMISE(text.find("..") == std::string::npos && text.find("@{") == std::string::npos);
  }
  if (git::check_path(input).has_value()) PROMISE(!has_part(input, "..") && !input.starts_with('/'));
  if (git::check_new_path(input).has_value())
    PROMISE(git::check_path(input).has_value() && !has_part(lower(input), ".git"));
  if (is_valid_name(input)) PROMISE(input.size() <= 64 && git::check_new_path(input).has_value());
  if (const auto sha = Sha::parse(input)) PROMISE(sha->text() == input);
  if (const auto digest = Digest::parse(input))
    PROMISE(digest->text() == input && Digest::from_sha256(digest->hex()) == digest);
  if (const auto time = parse_rfc3339(input)) PROMISE(parse_rfc3339(format_rfc3339(*time)) == time);
  PROMISE(is_valid_utf8(to_valid_utf8(input)));
  if (is_valid_utf8(input)) PROMISE(to_valid_utf8(input) == input);
}
