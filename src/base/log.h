// The program's own log: one line an entry on stderr, "TIME LEVEL ROOM message key=value". Thread-safe; never throws.
#pragma once

#include <fmt/format.h>

#include <string_view>

namespace sampan::log {

enum class Level { debug, info, warning, error };
void set_level(Level least);
void write(Level level, std::string_view room, std::string_view message);

template <class... Args>
void info(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  write(Level::info, room, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, room, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, room, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void debug(std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  write(Level::debug, room, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace sampan::log
