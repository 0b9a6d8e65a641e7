// What git log, blame and diff --shortstat print.
#include "base/text.h"
#include "fuzz.h"
#include "git/log_format.h"

using namespace sampan;

static std::string shown(const git::LastCommitReader& reader) {
  std::string text;
  for (const auto& [name, sha] : reader.found()) text += name + " " + sha.text() + ";";
  return text;
}

FUZZ(input) {
  auto bytes = fuzz::provider(input);
  const auto seed = bytes.ConsumeIntegral<std::uint8_t>();
  const std::string content = bytes.ConsumeRemainingBytesAsString();
  for (const auto& commit : git::parse_log(content)) PROMISE(is_valid_utf8(commit.title + commit.author_name));
  git::parse_shortstat(content);
  const auto blame = git::parse_blame(content);
  for (const auto& line : blame.lines) PROMISE(line.commit < blame.commits.size() && is_valid_utf8(line.text));
  git::LastCommitReader whole("src", 1000), cut("src", 1000);
  whole.read(content);
  whole.finish();
  fuzz::in_pieces(content, seed, [&](std::string_view piece) { cut.read(piece); });
  cut.finish();
  PROMISE(shown(whole) == shown(cut));
}
