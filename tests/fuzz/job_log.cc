// A job's log as a runner sends it: the same lines however it was cut, and after the server's restart.
#include <filesystem>

#include "fuzz.h"
#include "pipeline/log_file.h"

using namespace sampan;

static std::string shown(pipeline::LogFile& log) {
  const auto size = log.size();
  std::string text = fmt::format("{} {} {};", size.bytes, size.lines, size.complete_lines);
  for (const auto& mark : log.marks()) text += fmt::format("{} {} {};", mark.line, mark.offset, mark.step);
  const auto page = log.read(1, 5000).value();
  for (const auto& line : page.lines) text += fmt::format("{} {} {};", line.n, line.step, line.text);
  return text;
}

FUZZ(input) {
  static const TempDir root = TempDir::create("/dev/shm", "fuzz-log").value();
  auto bytes = fuzz::provider(input);
  const auto seed = bytes.ConsumeIntegral<std::uint8_t>();
  const std::string content = bytes.ConsumeRemainingBytesAsString();
  std::string whole, cut;
  {
    const auto one = pipeline::LogFile::open(root.path() + "/one").value();
    PROMISE(one->append(0, content).value() == static_cast<std::int64_t>(content.size()));
    whole = shown(*one);
    const auto other = pipeline::LogFile::open(root.path() + "/other").value();
    std::int64_t at = 0;
    fuzz::in_pieces(content, seed, [&](std::string_view piece) { at = other->append(at, piece).value(); });
    cut = shown(*other);
  }
  PROMISE(whole == cut);
  PROMISE(shown(*pipeline::LogFile::open(root.path() + "/one").value()) == whole);
  for (const auto& file : std::filesystem::directory_iterator(root.path())) std::filesystem::remove(file);
}
