#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "base/archive.h"
#include "base/files.h"
#include "scan/packages/index.h"

namespace sampan::scan {

namespace fs = std::filesystem;

namespace packages {

namespace {

constexpr std::size_t kMostRecord = 16 << 20;  // bytes
// All of OSV's ecosystems in one archive have 400,000 records of 3 GB (2024).
constexpr ArchiveLimits kArchiveLimits{.bytes = 32ull << 30, .entries = 5'000'000};

bool is_record(std::string_view name) {
  return name.ends_with(".json") || name.ends_with(".yaml") || name.ends_with(".yml");
}

class Importer {
 public:
  Result<void> add(const std::string& path) {
    std::error_code error;
    const auto status = fs::status(path, error);
    if (status.type() == fs::file_type::not_found) return fail(Errc::not_found, "there is no '{}' to import", path);
    if (status.type() == fs::file_type::directory) return add_folder(path);
    if (is_record(path)) return add_file(path), Result<void>();
    add_archive(path);
    return {};
  }

  // Of each id the newest record, whichever way it came in.
  Result<AdvisoryData> finish(ImportReport& report, Time now) && {
    report = std::move(report_);
    AdvisoryData data;
    std::map<std::string, Coverage> coverage;
    for (auto& [id, record] : records_) {
      if (record.withdrawn) ++report.withdrawn;
      if (!record.withdrawn && record.affected.empty()) ++report.elsewhere;
      if (record.withdrawn || record.affected.empty()) continue;
      ++report.records;
      std::set<std::string> ecosystems;
      for (auto& affected : record.affected) {
        ecosystems.insert(affected.ecosystem);
        data.packages[{affected.ecosystem, affected.name}].push_back(std::move(affected.advice));
      }
      for (const auto& ecosystem : ecosystems) {
        auto& about = coverage[ecosystem];
        ++about.records;
        about.newest = std::max(about.newest, std::min(record.newest, now));
        about.covered = about.covered || ecosystems.size() == 1;
      }
    }
    if (report.records == 0)
      return fail(Errc::invalid, "no advisory to import{}",
                  report.problems.empty() ? "" : "; the first problem: " + report.problems.front());
    for (auto& [name, about] : coverage) {
      about.ecosystem = name;
      data.about.ecosystems.push_back(about);
    }
    report.packages = data.packages.size();
    data.about.imported = now;
    data.about.records = report.records;
    return data;
  }

 private:
  void problem(std::string sentence) {
    ++report_.malformed;
    if (report_.problems.size() < kMostProblems) report_.problems.push_back(std::move(sentence));
  }

  void add_record(std::string_view text, const std::string& name) {
    auto record = read_record(text, name);
    if (!record.has_value()) return problem(record.error().message);
    if (!record->problem.empty()) problem(record->problem);
    const auto [place, fresh] = records_.try_emplace(record->id);
    if (fresh || place->second.newest <= record->newest) place->second = std::move(*record);
  }

  void add_file(const std::string& path) {
    const auto text = read_file(path, kMostRecord);
    if (!text.has_value()) return problem(text.error().message);
    add_record(*text, path);
  }

  Result<void> add_folder(const std::string& path) {
    std::vector<std::string> files, archives;
    std::error_code error;
    fs::recursive_directory_iterator at(path, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      std::error_code none;
      if (at->symlink_status(none).type() != fs::file_type::regular) continue;
      const auto name = at->path().string();
      if (is_record(name)) files.push_back(name);
      if (name.ends_with(".zip")) archives.push_back(name);
    }
    if (error) return fail(Errc::internal, "reading {}: {}", path, error.message());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) add_file(file);
    for (const auto& archive : archives) add_archive(archive);
    return {};
  }

  void add_archive(const std::string& path) {
    ArchiveReading reading;
    reading.limits = kArchiveLimits;
    reading.file_bytes = kMostRecord;
    reading.wants = is_record;
    reading.take = [&](const std::string& name, const std::string& bytes) {
      add_record(bytes, path + ":" + name);
      return Result<void>();
    };
    if (const auto read = read_archive(path, reading); !read.has_value()) problem(read.error().message);
  }

  ImportReport report_;
  std::map<std::string, Record> records_;  // by id
};

}  // namespace

}  // namespace packages

Result<ImportReport> import_advisories(const std::vector<std::string>& paths, const std::string& target, Time now) {
  packages::Importer importer;
  for (const auto& path : paths) TRY(importer.add(path));
  ImportReport report;
  const auto data = TRY(std::move(importer).finish(report, now));
  TRY(make_directories(parent_of(target)));
  TRY(write_file_durably(target, packages::encode(data)));
  return report;
}

Result<AdvisoryFile> show_advisories(const std::string& file) {
  const auto index = TRY(packages::Index::open(file));
  TRY(index.check_all());
  return index.about();
}

}  // namespace sampan::scan
