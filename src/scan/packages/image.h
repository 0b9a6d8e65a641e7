// The parts of an image that say which packages it holds. Private to the room.
#pragma once

#include <string>
#include <string_view>

#include "scan/packages.h"

namespace sampan::scan::packages {

bool is_os_release(std::string_view path);
bool is_dpkg_list(std::string_view path);
bool is_apk_list(std::string_view path);

// Files that say themselves which packages they are, each apart from all others.
using ReadInstalled = Result<void> (*)(const std::string& path, std::string_view bytes, Inventory& inventory);
struct InstalledFile {
  bool (*takes)(std::string_view path);
  ReadInstalled read;
};
const InstalledFile* installed_file(std::string_view path);  // nullptr: its name says nothing

bool may_be_program(std::string_view path);  // and no library of one
bool is_program(std::string_view first);     // by its first bytes: ELF
// The modules of a Go program (go.dev/pkg/debug/buildinfo); nothing of any other.
Result<void> read_program(const std::string& path, std::string_view bytes, Inventory& inventory);

}  // namespace sampan::scan::packages
