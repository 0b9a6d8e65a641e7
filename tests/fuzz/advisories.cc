// OSV records, JSON and YAML, alone and in zips, become one file: what a record says of a version is found in it, and a
// byte of it that changed is seen.
#include "advisories.h"

#include "scan/packages/osv.h"

using namespace sampan;
using namespace sampan::scan;

static void expect_found(const packages::Record& record, const fuzz::Lookup& place) {
  for (const auto& affected : record.affected) {
    const auto scheme = *packages::scheme_of(affected.ecosystem);
    for (const auto& version : affected.advice.versions) {
      const auto checked = place.check({affected.ecosystem, affected.name, version, "x", 1});
      PROMISE(checked.findings.size() == (packages::is_version(scheme, version) ? 1 : 0));
    }
  }
}

FUZZ(input) {
  static const fuzz::Lookup place;
  std::vector<packages::Record> records;
  fuzz::Texts files;
  for (auto& [path, text] : fuzz::files_in(input)) {
    for (const std::string kind : {".json", ".yaml", ".zip"}) {
      if (!path.ends_with(kind)) continue;
      files[fmt::format("{}{}", files.size(), kind)] = text;
      auto record = packages::read_record(text, kind);
      if (record.has_value() && kind != ".zip") records.push_back(std::move(*record));
    }
  }
  const auto report = place.import(files);
  if (!report.has_value()) return PROMISE(!report.error().message.empty());
  const auto about = show_advisories(place.file);
  PROMISE(about.has_value() && about->records == report->records && about->packages == report->packages);
  if (files.size() == 1 && records.size() == 1 && !records[0].withdrawn) expect_found(records[0], place);
  auto bytes = read_file(place.file, 1 << 30).value();
  bytes[fuzz::provider(input).ConsumeIntegralInRange<std::size_t>(0, bytes.size() - 1)] ^= 1;
  PROMISE(write_file_durably(place.file, bytes).has_value() && !show_advisories(place.file).has_value());
}
