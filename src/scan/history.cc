// The ways of looking at what git holds: what is staged, a range of commits, all of history.
#include <set>
#include <unordered_map>

#include "scan/apart.h"
#include "scan/git_changes.h"
#include "scan/scan.h"
#include "scan/secrets/allow.h"

namespace sampan::scan {

namespace {

// What the engines say of each changed file, kept where a line is new; a finding that several commits have is the
// first one's.
class Work {
 public:
  Work(const Settings& settings, const Repository& repository, const FolderOptions& options)
      : settings_(settings), repository_(repository), options_(options) {}

  // `engines` on each file as each change has it.
  Result<void> run(const Changes& changes, Engines engines) {
    Scanner scanner(settings_, engines);
    Apart apart(scanner, {}, options_);
    std::vector<std::vector<Finding>> found(changes.files.size());
    std::unordered_map<std::string, std::vector<std::size_t>> by_blob;
    std::vector<std::string> blobs;
    for (std::size_t i = 0; i < changes.files.size(); ++i) {
      const auto& file = changes.files[i];
      if (settings_.excludes(file.path)) continue;
      auto& places = by_blob[file.blob];
      if (places.empty()) blobs.push_back(file.blob);
      places.push_back(i);
    }
    drop_never_text(changes, by_blob, blobs);
    int done = 0;
    const int all = static_cast<int>(blobs.size());
    TRY(repository_.read(std::move(blobs), kMostSecretBytes, [&](const Repository::Blob& blob) {
      look(apart, changes, by_blob[blob.name], blob, found);
      if (options_.progress) options_.progress(++done, all);
    }));
    for (auto& part : found) {
      for (auto& finding : part) {
        if (seen_.insert(finding.fingerprint).second) all_.findings.push_back(std::move(finding));
      }
    }
    return {};
  }

  Scanned finish() { return std::move(all_); }

 private:
  void drop_never_text(const Changes& changes, const std::unordered_map<std::string, std::vector<std::size_t>>& by_blob,
                       std::vector<std::string>& blobs) {
    std::erase_if(blobs, [&](const std::string& blob) {
      const bool never = secrets::is_never_text(changes.files[by_blob.at(blob).front()].path);
      all_.binary += never;
      return never;
    });
  }

  void look(Apart& apart, const Changes& changes, const std::vector<std::size_t>& places, const Repository::Blob& blob,
            std::vector<std::vector<Finding>>& found) {
    std::set<std::string> paths;
    for (const auto i : places) {
      const auto& file = changes.files[i];
      if (!paths.insert(file.path).second) continue;
      if (paths.size() > 1 && changes.added.empty()) break;  // all of history: each blob once
      if (!blob.bytes) {
        gap({file.path, 0, "", blob.lack});
        continue;
      }
      Scanned scanned = apart.file(file.path, *blob.bytes);
      for (auto& one : scanned.gaps) gap(std::move(one));
      all_.suppressed += scanned.suppressed;
      all_.files += scanned.files;
      all_.binary += scanned.binary;
      all_.bytes += scanned.bytes;
      for (auto& finding : scanned.findings) {
        if (!changes.is_added(file, finding.range.line, finding.range.end_line)) continue;
        finding.commit = file.commit;
        found[i].push_back(std::move(finding));
      }
    }
  }

  void gap(Gap gap) {  // of many versions of a file, once
    if (gaps_.emplace(gap.path, gap.reason.en).second) all_.gaps.push_back(std::move(gap));
  }

  const Settings& settings_;
  const Repository& repository_;
  const FolderOptions& options_;
  Scanned all_;
  std::set<std::string> seen_;
  std::set<std::pair<std::string, std::string>> gaps_;
};

}  // namespace

Result<Scanned> scan_staged(const Settings& settings, const std::string& folder, const FolderOptions& options) {
  const auto repository = TRY(Repository::open(folder));
  Work work(settings, repository, options);
  TRY(work.run(TRY(repository.staged()), options.engines));
  return work.finish();
}

Result<Scanned> scan_range(const Settings& settings, const std::string& folder, const std::string& range,
                           const FolderOptions& options) {
  const auto repository = TRY(Repository::open(folder));
  Work work(settings, repository, options);
  // A secret that a later commit took away is still there for all to read; of the code, what is left counts.
  if (options.engines.secrets) TRY(work.run(TRY(repository.of_each_commit(range)), {.p3c = false, .secrets = true}));
  if (options.engines.p3c) TRY(work.run(TRY(repository.between(range)), {.p3c = true, .secrets = false}));
  return work.finish();
}

Result<Scanned> scan_history(const Settings& settings, const std::string& folder, const FolderOptions& options) {
  const auto repository = TRY(Repository::open(folder));
  Work work(settings, repository, options);
  TRY(work.run(TRY(repository.of_all_history()), {.p3c = false, .secrets = true}));
  return work.finish();
}

}  // namespace sampan::scan
