#include "scan/walk.h"

#include <algorithm>
#include <filesystem>

#include "scan/p3c/engine.h"

namespace sampan::scan {

namespace fs = std::filesystem;

namespace {

bool is_output(const fs::path& folder, Engines engines) {
  const auto name = folder.filename().string();
  std::error_code none;
  if (name == ".git" || name == "node_modules" || (name.starts_with(".") && !engines.secrets)) return true;
  const auto beside = [&](const char* file) { return fs::exists(folder.parent_path() / file, none); };
  if (name == "target") return beside("pom.xml");
  return name == "build" && (beside("build.gradle") || beside("build.gradle.kts"));
}

}  // namespace

Result<std::vector<Found>> find_files(const Settings& settings, const std::string& folder, Engines engines) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return fail(Errc::not_found, "{} is no folder", folder);
  std::vector<Found> found;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const auto path = at->path().lexically_relative(folder).generic_string();
    std::error_code none;
    const auto kind = at->symlink_status(none).type();
    if (kind == fs::file_type::directory) {
      if (is_output(at->path(), engines) || settings.excludes(path)) at.disable_recursion_pending();
    } else if (kind == fs::file_type::regular && (engines.secrets || p3c::reads(path)) && !settings.excludes(path)) {
      found.push_back({path, at->file_size(none)});
    }
  }
  if (error) return fail(Errc::internal, "reading {}: {}", folder, error.message());
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.path < b.path; });
  return found;
}

}  // namespace sampan::scan
