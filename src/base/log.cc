#include "base/log.h"

#include <unistd.h>

#include <atomic>

#include "base/clock.h"

namespace sampan::log {

namespace {

std::atomic<Level> least_level{Level::info};

std::string_view to_text(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "error";
}

}  // namespace

void set_level(Level least) { least_level = least; }

void write(Level level, std::string_view room, std::string_view message) {
  if (level < least_level.load(std::memory_order_relaxed)) return;
  fmt::memory_buffer line;
  fmt::format_to(std::back_inserter(line), "{} {} {} ", format_rfc3339(SystemClock().now()), to_text(level), room);
  // One entry is one line whatever the message holds: a forged second line would be believed.
  for (char c : message) {
    if (c == '\n') {
      line.push_back('\\');
      line.push_back('n');
    } else {
      line.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
    }
  }
  line.push_back('\n');
  // A single write is atomic enough for lines of many threads and processes on one stderr; a failed one has nowhere to
  // be told.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace sampan::log
