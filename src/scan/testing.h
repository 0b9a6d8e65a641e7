// For tests: a rule that goes wrong as the name of the file says.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "scan/p3c/rules/rules.h"

namespace sampan::scan::testing {

// Where held.java leaves the number of the process that it holds up: the first one; later ones are let through.
inline std::string& held_file() {
  static std::string file;
  return file;
}

// More stack than there is, whatever the compiler makes of it.
inline int deep(int left) {
  volatile char room[4096];
  room[0] = static_cast<char>(left);
  return left == 0 ? 0 : deep(left - 1) + room[0];
}

// Four times what a worker may have; none of it is touched.
inline void hog() {
  std::vector<std::unique_ptr<char[]>> pieces;
  for (int i = 0; i < 64; ++i) {
    pieces.push_back(std::make_unique_for_overwrite<char[]>(64 << 20));
    static_cast<volatile char&>(pieces.back()[0]) = 1;
  }
}

inline void hold() {
  if (exists(held_file())) return;
  (void)write_file_durably(held_file(), std::to_string(::getpid()));
  for (;;) ::pause();
}

inline constinit const p3c::Rule kWayward = {.name = "NeedBraceRule",
                                             .severity = Severity::major,
                                             .summary = {"", ""},
                                             .remedy = {"", ""},
                                             .check = [](const p3c::Source& source, p3c::Report&) {
                                               volatile int zero = 0;
                                               if (source.path == "abort.java") std::abort();
                                               if (source.path == "deep.java") zero = deep(1'000'000);
                                               while (source.path == "hang.java") zero = zero + 1;
                                               while (source.path == "sleep.java") ::pause();
                                               if (source.path == "hog.java") hog();
                                               if (source.path == "held.java") hold();
                                             }};

}  // namespace sampan::scan::testing
