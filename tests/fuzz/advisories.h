// A folder of advisories to import, the file they become, and looking one package up in it.
#pragma once

#include <filesystem>

#include "base/files.h"
#include "packages.h"

namespace sampan::fuzz {

struct Lookup {
  TempDir root = TempDir::create("/dev/shm", "fuzz-advisories").value();
  std::string file = root.path() + "/advisories", folder = root.path() + "/osv";
  Time now{std::chrono::hours(500'000)};
  scan::Settings settings;

  Result<scan::ImportReport> import(const Texts& files) const {
    std::filesystem::remove_all(folder);
    PROMISE(make_directories(folder).has_value());
    for (const auto& [name, text] : files) PROMISE(write_file_durably(folder + "/" + name, text).has_value());
    return scan::import_advisories({folder}, file, now);
  }
  scan::Scanned check(const scan::Package& package) const {
    scan::Inventory inventory;
    inventory.packages.push_back(package);
    auto checked = scan::check_packages(settings, inventory, {file, now});
    expect_readable(checked);
    return checked;
  }
};

}  // namespace sampan::fuzz
