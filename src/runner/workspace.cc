#include "runner/workspace.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/archive.h"
#include "base/files.h"
#include "base/text.h"

namespace sampan::runner {

namespace {

namespace fs = std::filesystem;

std::string_view plain_pattern(std::string_view pattern) {
  while (pattern.starts_with("./")) pattern.remove_prefix(2);
  while (pattern.ends_with('/')) pattern.remove_suffix(1);
  return pattern;
}

bool fits(std::string_view pattern, const std::string& path) {
  pattern = plain_pattern(pattern);
  if (pattern.empty() || pattern == ".") return true;
  if (glob_match(pattern, path) || path.starts_with(std::string(pattern) + "/")) return true;
  if (pattern.starts_with("**/") && glob_match(pattern.substr(3), path)) return true;
  // "build/*" takes the folders it matches whole.
  for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (glob_match(pattern, path.substr(0, slash))) return true;
  }
  return false;
}

// What of `path` is left when the fixed part of the pattern is cut off.
std::string below_pattern(std::string_view pattern, const std::string& path) {
  pattern = plain_pattern(pattern);
  if (path.starts_with(std::string(pattern) + "/")) return path.substr(pattern.size() + 1);
  const auto wild = pattern.find_first_of("*?");
  const auto slash = pattern.substr(0, wild).rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

Result<std::vector<std::string>> matching_files(const std::string& folder, const std::vector<std::string>& patterns,
                                                std::size_t most) {
  std::vector<std::string> found;
  std::error_code error;
  auto at = fs::recursive_directory_iterator(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    const auto status = at->symlink_status(error);
    if (fs::is_directory(status) && at->path().filename() == ".git") at.disable_recursion_pending();
    if (!fs::is_regular_file(status)) continue;
    auto path = at->path().string().substr(folder.size() + 1);
    if (std::none_of(patterns.begin(), patterns.end(),
                     [&path](const std::string& pattern) { return fits(pattern, path); }))
      continue;
    if (found.size() == most)
      return fail(Errc::too_large, "more than {} files match {}", most, fmt::join(patterns, ", "));
    found.push_back(std::move(path));
  }
  if (error) return fail(Errc::internal, "look through {}: {}", folder, error.message());
  std::sort(found.begin(), found.end());
  return found;
}

Result<std::size_t> pack_matching(const std::string& folder, const std::vector<std::string>& patterns, Parents parents,
                                  const std::string& staging, const std::string& archive) {
  const auto files = TRY(matching_files(folder, patterns, kMostArtifactFiles));
  if (files.empty()) return fail(Errc::not_found, "no file matches {}", fmt::join(patterns, ", "));
  if (parents == Parents::kept) {
    TRY(pack(folder, files, archive));
    return files.size();
  }
  TRY(remove_tree(staging));
  TRY(make_directories(staging));
  for (const auto& file : files) {
    const auto pattern =
        std::find_if(patterns.begin(), patterns.end(), [&file](const std::string& one) { return fits(one, file); });
    const auto name = below_pattern(*pattern, file);
    const auto place = staging + "/" + name;
    TRY(make_directories(parent_of(place)));
    if (::link((folder + "/" + file).c_str(), place.c_str()) == 0) continue;
    if (errno == EEXIST)
      return fail(
          Errc::conflict,
          "two files would be '{}' in the artifact, one of them {}: keep their folders (includePathInArtifact: true)",
          name, file);
    return fail_errno("gather " + file);
  }
  TRY(pack(staging, {"."}, archive));
  TRY(remove_tree(staging));
  return files.size();
}

Result<std::string> folder_inside(const std::string& workspace, const std::string& into) {
  const auto path = std::string(plain_pattern(into));
  if (path.empty() || path == ".") return workspace;
  if (!stays_inside(path)) return fail(Errc::invalid, "the folder '{}' leads out of the workspace", into);
  auto at = workspace;
  for (const auto& part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    at += "/" + part;
    struct stat entry {};
    if (::mkdir(at.c_str(), 0755) != 0 && errno != EEXIST) return fail_errno("make " + into);
    if (::lstat(at.c_str(), &entry) != 0) return fail_errno("look at " + into);
    if (!S_ISDIR(entry.st_mode))
      return fail(Errc::invalid, "'{}' is not a folder: '{}' of it is a {}", into, part,
                  S_ISLNK(entry.st_mode) ? "link" : "file");
  }
  return at;
}

Result<std::string> read_plain(const std::string& path, std::size_t limit) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file)
    return errno == ELOOP ? Result<std::string>(fail(Errc::invalid, "{} is a link", path))
                          : Result<std::string>(fail_errno(path));
  struct stat entry {};
  if (::fstat(file.get(), &entry) != 0) return fail_errno(path);
  if (!S_ISREG(entry.st_mode)) return fail(Errc::invalid, "{} is not a plain file", path);
  if (static_cast<std::uint64_t>(entry.st_size) > limit)
    return fail(Errc::too_large, "{} holds {} bytes, the limit is {}", path, entry.st_size, limit);
  std::string text(static_cast<std::size_t>(entry.st_size), '\0');
  std::size_t done = 0;
  for (ssize_t got; done < text.size() && (got = ::read(file.get(), text.data() + done, text.size() - done)) != 0;) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(path);
    done += static_cast<std::size_t>(got);
  }
  text.resize(done);
  return text;
}

FlowEnv parse_flow_env(std::string_view text) {
  FlowEnv found;
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) line.pop_back();
    if (trim(line).empty()) continue;
    const auto equals = line.find('=');
    auto name = equals == std::string::npos ? std::string() : std::string(trim(line.substr(0, equals)));
    if (name.starts_with("export ")) name = std::string(trim(std::string_view(name).substr(7)));
    const bool right = !name.empty() && !std::isdigit(static_cast<unsigned char>(name.front())) &&
                       std::all_of(name.begin(), name.end(),
                                   [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }) &&
                       line.find('\0') == std::string::npos;  // neither an environment nor a database takes one
    if (right)
      found.values[name] = line.substr(equals + 1);
    else
      found.wrong.push_back(line);
  }
  return found;
}

}  // namespace sampan::runner
