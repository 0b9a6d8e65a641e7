// What two processes of one program say to each other: what to look at, by which rules, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scan/scan.h"

namespace sampan::scan {

std::string packed(const Scanned& scanned);
std::optional<Scanned> unpacked(std::string_view bytes);  // nullopt: these are no such bytes

// Which rules look: what a Scanner is made of. Of the settings what Scanner reads, so neither `exclude` nor `limits`.
struct Rules {
  Settings settings;
  Engines engines;
};
std::string packed(const Settings& settings, Engines engines);
std::optional<Rules> unpacked_rules(std::string_view bytes);

// Before a task: the sizes of its rules as packed() has them (0: those that the worker began with), of its path, and of
// its bytes, which follow where they are not read from a folder.
struct Heading {
  std::uint32_t rules = 0, path = 0, with_bytes = 0, unused = 0;
  std::uint64_t size = 0;
};

bool send_all(int socket, std::string_view bytes);           // false: nobody takes them
bool receive_all(int socket, char* into, std::size_t size);  // false: it has ended
template <class Number>
std::string_view bytes_of(const Number& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

}  // namespace sampan::scan
