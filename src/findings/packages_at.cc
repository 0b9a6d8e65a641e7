// The packages of a commit: one outcome for all manifests together, beside those of files.
#include <sys/stat.h>

#include <map>

#include "base/crypto.h"
#include "findings/state.h"
#include "scan/packages.h"

namespace sampan::findings {

namespace {

class CommitTree final : public scan::Tree {
 public:
  CommitTree(git::Git& git, const git::Repo& repo, const std::vector<git::TreeFile>& files,
             std::vector<std::string> paths)
      : git_(git), repo_(repo), paths_(std::move(paths)) {
    for (const auto& file : files) blobs_.emplace(file.path, file.blob);
  }
  const std::vector<std::string>& paths() const override { return paths_; }
  // By its blob: by its path each file would cost the reading of all folders above it, however many are in them.
  Result<std::string> read(const std::string& path, std::size_t most) const override {
    const auto blob = blobs_.find(path);
    if (blob == blobs_.end()) return fail(Errc::not_found, "there is no {}", path);
    std::optional<std::string> text;
    TRY(git_.read_blobs(repo_, {blob->second}, most, [&](std::size_t, std::optional<std::string> bytes) {
      text = std::move(bytes);
      return Result<void>();
    }));
    if (!text) return fail(Errc::too_large, "{} is over {} bytes", path, most);
    return std::move(*text);
  }

 private:
  git::Git& git_;
  const git::Repo& repo_;
  const std::vector<std::string> paths_;
  std::map<std::string_view, Sha> blobs_;  // by the paths of the files
};

}  // namespace

std::string advisories_stamp(const Findings::State& state) {
  struct stat file {};
  if (::stat(state.config.advisories.c_str(), &file) != 0) return "none";
  return fmt::format("{}.{}.{}", file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

std::int64_t day_of(Time now) { return now.time_since_epoch() / std::chrono::hours(24); }

Result<std::optional<FileKey>> packages_at(Findings::State& state, const git::Repo& repo, const CommitSettings& with,
                                           const std::vector<git::TreeFile>& files) {
  std::vector<std::string> manifests;
  std::string said = fmt::format("{} {}\n", advisories_stamp(state), day_of(state.clock.now()));
  for (const auto& file : files) {
    if (!scan::is_manifest(file.path) || with.settings.excludes(file.path)) continue;
    manifests.push_back(file.path);
    said += fmt::format("{} {}\n", file.blob.text(), file.path);
  }
  if (manifests.empty()) return std::optional<FileKey>();
  const FileKey key{"", *Sha::parse(sha256_hex(said).substr(0, 40))};
  const auto known = TRY(state.db.read([&](Tx& tx) { return store::known_files(tx, repo.id, with.rule_set, {key}); }));
  if (!known.empty()) return std::optional(key);
  const CommitTree tree(state.git, repo, files, std::move(manifests));
  auto found = scan::check_packages(with.settings, scan::read_packages(tree, nullptr),
                                    {state.config.advisories, state.clock.now()});
  TRY(state.db.write_lazily([&](Tx& tx) {
    return store::insert_file(tx, repo.id, with.rule_set, key, {std::move(found.findings), std::move(found.gaps)});
  }));
  return std::optional(key);
}

}  // namespace sampan::findings
