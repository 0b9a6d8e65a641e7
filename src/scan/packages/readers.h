// Every reader, in the file that has it; readers.cc says which files each takes.
#pragma once

#include "scan/packages/reader.h"

namespace sampan::scan::packages {

Result<void> read_pom_xml(const Source& source, Inventory& inventory);          // pom_reader.cc
Result<void> read_maven_tree(const Source& source, Inventory& inventory);       // pom_reader.cc
Result<void> read_gradle_lock(const Source& source, Inventory& inventory);      // gradle.cc
Result<void> read_package_lock(const Source& source, Inventory& inventory);     // npm.cc
Result<void> read_yarn_lock(const Source& source, Inventory& inventory);        // yarn.cc
Result<void> read_pnpm_lock(const Source& source, Inventory& inventory);        // pnpm.cc
Result<void> read_go_mod(const Source& source, Inventory& inventory);           // go.cc
Result<void> read_requirements(const Source& source, Inventory& inventory);     // requirements.cc
Result<void> read_python_lock(const Source& source, Inventory& inventory);      // lists.cc
Result<void> read_pipfile_lock(const Source& source, Inventory& inventory);     // lists.cc
Result<void> read_cargo_lock(const Source& source, Inventory& inventory);       // lists.cc
Result<void> read_composer_lock(const Source& source, Inventory& inventory);    // lists.cc
Result<void> read_gemfile_lock(const Source& source, Inventory& inventory);     // bundler.cc
Result<void> read_nuget_lock(const Source& source, Inventory& inventory);       // nuget.cc
Result<void> read_packages_config(const Source& source, Inventory& inventory);  // nuget.cc
Result<void> read_dotnet_project(const Source& source, Inventory& inventory);   // nuget.cc
Result<void> read_cyclonedx(const Source& source, Inventory& inventory);        // bills.cc
Result<void> read_spdx(const Source& source, Inventory& inventory);             // bills.cc
Result<void> read_unlocked(const Source& source, Inventory& inventory);         // unlocked.cc

bool is_unlocked_manifest(std::string_view path);  // unlocked.cc

}  // namespace sampan::scan::packages
