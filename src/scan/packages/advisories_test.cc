#include <filesystem>

#include "base/growth.h"
#include "scan/packages/fixture_test.h"
#include "scan/packages/index.h"

using namespace sampan;
using namespace sampan::scan;
using namespace sampan::scan::testing;
using sampan::testing::must;

namespace {

const Time kNow = *parse_rfc3339("2026-11-28T00:00:00Z");

std::string record(const std::string& id, const std::string& affected, const std::string& more = {}) {
  return fmt::format(
      R"({{"id": "{}", "modified": "2026-11-20T00:00:00Z", "summary": "It is bad", "affected": [{}]{}}})", id, affected,
      more);
}
std::string affected(const std::string& ecosystem, const std::string& name, const std::string& events,
                     const std::string& more = {}) {
  return fmt::format(
      R"({{"package": {{"ecosystem": "{}", "name": "{}"}}, "ranges": [{{"type": "ECOSYSTEM", "events": [{}]}}]{}}})",
      ecosystem, name, events, more);
}
const std::string kUpTo2 = R"({"introduced": "0"}, {"fixed": "2.0.0"})";

struct Place {
  TempDir folder = must(TempDir::create());
  std::string file = folder.path() + "/advisories", in = folder.path() + "/osv";
  void put(const std::string& name, std::string_view text) {
    must(make_directories(parent_of(in + "/" + name)));
    must(write_file_durably(in + "/" + name, text));
  }
  ImportReport import() { return must(import_advisories({in}, file, kNow)); }
  Scanned check(const Package& package, Settings settings = {}) {
    Inventory inventory;
    inventory.packages.push_back(package);
    return check_packages(settings, inventory, {file, kNow});
  }
};
Package npm(const std::string& name, const std::string& version) {
  return {"npm", name, version, "package.json", 3, Reach::direct};
}

std::string rules(const Scanned& scanned) {
  std::string out;
  for (const auto& finding : scanned.findings) out += finding.rule + " ";
  return out;
}
std::string gaps(const Scanned& scanned) {
  std::string out;
  for (const auto& gap : scanned.gaps) out += gap.reason.en + "\n";
  return out;
}

}  // namespace

TEST_CASE("advisories: a finding names package, way, aliases, what is wrong, the nearest fixed version, and the line") {
  Place place;
  place.put(
      "a.json",
      record(
          "GHSA-1",
          affected("npm", "qs",
                   R"({"introduced": "1.0.0"}, {"fixed": "1.2.3"}, {"introduced": "2.0.0"}, {"fixed": "2.4.0"})"),
          R"(, "aliases": ["CVE-2026-1"], "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}])"));
  CHECK(place.import().records == 1);
  Package package{"npm", "qs", "2.1.0", "package-lock.json", 7, Reach::through, {"express 4.0.0", "body-parser 1.0.0"}};
  const auto scanned = place.check(package);
  REQUIRE(scanned.findings.size() == 1);
  const auto& finding = scanned.findings[0];
  CHECK(finding.engine == "packages");
  CHECK(finding.rule == "GHSA-1");
  CHECK(finding.severity == Severity::blocker);
  CHECK(finding.path == "package-lock.json");
  CHECK(finding.range.line == 7);
  CHECK(finding.message.en ==
        "qs 2.1.0 (through express 4.0.0 > body-parser 1.0.0) has GHSA-1 (CVE-2026-1): It is bad; fixed in 2.4.0");
  CHECK(finding.message.zh ==
        "qs 2.1.0（经由 express 4.0.0 > body-parser 1.0.0）有漏洞 GHSA-1 (CVE-2026-1): It is bad；修复版本 2.4.0");
  CHECK(finding.remedy.en == "raise express 4.0.0 until it brings qs 2.4.0 or later, or pin qs itself");
  CHECK(finding.fingerprint.size() == 32);
  package.line = 90;
  CHECK(place.check(package).findings[0].fingerprint == finding.fingerprint);
  package.version = "2.2.0";
  CHECK(place.check(package).findings[0].fingerprint != finding.fingerprint);
  CHECK(scanned.gaps.empty());
  for (const std::string good : {"0.9.0", "1.2.3", "1.9.0", "2.4.0", "3.0.0"})
    CHECK(place.check(npm("qs", good)).findings.empty());
  for (const std::string bad : {"1.0.0", "1.2.2", "2.0.0", "2.3.99"})
    CHECK(place.check(npm("qs", bad)).findings.size() == 1);
}

TEST_CASE("advisories: last_affected, limit, lists of versions, and events in any order") {
  Place place;
  place.put("a.json", record("A-1", affected("npm", "last", R"({"last_affected": "1.5.0"}, {"introduced": "0"})")));
  place.put("b.json",
            record("B-1", R"({"package": {"ecosystem": "npm", "name": "list"}, "versions": ["1.0.0", "odd"]})"));
  place.put("c.json", record("C-1", affected("npm", "both", R"({"introduced": "1.0.0"}, {"fixed": "1.1.0"})",
                                             R"(, "versions": ["1.0.5", "3.0.0"])")));
  place.put("d.json", record("D-1", affected("npm", "limit", R"({"introduced": "1.0.0"}, {"limit": "2.0.0"})")));
  place.import();
  CHECK(place.check(npm("last", "1.5.0")).findings.size() == 1);
  CHECK(place.check(npm("last", "1.5.1")).findings.empty());
  CHECK(holds(place.check(npm("last", "1.5.0")).findings[0].message.en, "no fixed version is known"));
  CHECK(place.check(npm("list", "1.0.0")).findings.size() == 1);
  CHECK(place.check(npm("list", "1.0.1")).findings.empty());
  CHECK(place.check(npm("both", "3.0.0")).findings.size() == 1);
  CHECK(place.check(npm("both", "1.0.5")).findings.size() == 1);
  CHECK(place.check(npm("limit", "1.9.0")).findings.size() == 1);
  CHECK(place.check(npm("limit", "2.0.0")).findings.empty());
}

TEST_CASE("advisories: records that are aliases, also by way of a third, are one finding; withdrawn ones are none") {
  Place place;
  const std::string of = affected("PyPI", "Zope.Interface", kUpTo2);
  place.put("1.json", record("PYSEC-1", affected("PyPI", "zope-interface", R"({"introduced": "0"})"),
                             R"(, "aliases": ["CVE-1"])"));
  place.put("2.json", record("GHSA-9", of, R"(, "aliases": ["CVE-2"], "database_specific": {"severity": "LOW"})"));
  place.put("3.json", record("CVE-2", of, R"(, "aliases": ["CVE-1"])"));
  place.put("4.json", record("GHSA-other", of, R"(, "database_specific": {"severity": "MODERATE"})"));
  place.put("5.json", record("GHSA-gone", of, R"(, "withdrawn": "2026-01-01T00:00:00Z")"));
  CHECK(place.import().withdrawn == 1);
  const auto scanned = place.check({"PyPI", "zope_interface", "1.0", "requirements.txt", 1});
  CHECK(rules(scanned) == "GHSA-9 GHSA-other ");
  CHECK(holds(scanned.findings[0].message.en, "GHSA-9 (CVE-1, CVE-2, PYSEC-1)"));
  CHECK(holds(scanned.findings[0].message.en, "fixed in 2.0.0"));
  CHECK(scanned.findings[0].severity == Severity::major);
  CHECK(scanned.findings[1].severity == Severity::critical);
}

TEST_CASE("advisories: settings switch one off by any of its names, weigh it, and except paths") {
  Place place;
  place.put("1.json", record("GHSA-1", affected("npm", "qs", kUpTo2), R"(, "aliases": ["CVE-2026-1"])"));
  place.import();
  const auto with = [&](const std::string& yaml) {
    return place.check(npm("qs", "1.0.0"), must(read_settings(yaml, "scan.yaml")));
  };
  CHECK(with("rules: {CVE-2026-1: {enabled: false}}").findings.empty());
  CHECK(with("rules: {GHSA-1: {severity: major}}").findings.at(0).severity == Severity::major);
  CHECK(with("rules: {GHSA-1: {except: ['package*']}}").findings.empty());
  CHECK(with("rules: {GHSA-1: {except: ['other/**']}}").findings.size() == 1);
  CHECK_FALSE(read_settings("rules: {NoSuchRule: {enabled: false}}", "scan.yaml").has_value());
}

TEST_CASE("advisories: no file, a file without the ecosystem, old data and odd versions are gaps, never silence") {
  Place place;
  CHECK(holds(gaps(place.check(npm("qs", "1.0.0"))), "there are no advisories at"));
  CHECK(check_packages({}, {}, {place.file, kNow}).gaps.empty());  // nothing to look up
  place.put("1.json", record("GHSA-1", affected("npm", "qs", kUpTo2)));
  place.put("2.json", record("GHSA-2", affected("npm", "a", kUpTo2) + "," + affected("NuGet", "b", kUpTo2)));
  place.import();
  CHECK(gaps(place.check(npm("qs", "3.0.0"))).empty());
  CHECK(holds(gaps(place.check({"crates.io", "time", "1.0.0", "Cargo.lock", 1})), "has no advisories for crates.io"));
  const auto by_the_way = place.check({"NuGet", "B", "1.0.0", "x.csproj", 1});
  CHECK(holds(gaps(by_the_way), "has no advisories for NuGet"));
  CHECK(by_the_way.findings.size() == 1);
  CHECK(holds(gaps(place.check(npm("qs", "next"))), "'next' is no version of npm"));
  CHECK(gaps(place.check(npm("unheard-of", "next"))).empty());
  Inventory inventory;
  inventory.packages.push_back(npm("qs", "1.0.0"));
  const auto later = kNow + std::chrono::hours(24 * 40);
  const auto old = check_packages({}, inventory, {place.file, later});
  CHECK(holds(gaps(old), "the newest is of 2026-11-20, 48 days ago, the limit is 30"));
  CHECK(old.findings.size() == 1);
  CHECK(judge(old, {.critical = 9}) == Verdict::incomplete);
  CHECK(check_packages(must(read_settings("advisories: {days: 60}", "scan.yaml")), inventory, {place.file, later})
            .gaps.empty());
}

TEST_CASE("advisories: malformed records are named and counted, the good ones kept") {
  Place place;
  place.put("good.json", record("GHSA-1", affected("npm", "qs", kUpTo2)));
  place.put("other.yaml",
            "id: PYSEC-1\nmodified: \"2026-11-20T00:00:00Z\"\naffected:\n- package: {name: flask, ecosystem: PyPI}\n  "
            "ranges:\n  - type: ECOSYSTEM\n    events:\n    - introduced: \"0\"\n    - fixed: \"1.10\"\n");
  place.put("elsewhere.json", record("X-1", affected("Bitnami", "x", kUpTo2)));
  place.put("bad/1.json", "{");
  place.put("bad/2.json", "[]");
  place.put("bad/3.json", "{\"modified\": \"2026-11-20T00:00:00Z\"}");
  place.put("bad/4.json", "{\"id\": \"a\", \"modified\": \"yesterday\"}");
  place.put("bad/5.json", record("a", affected("npm", "x", R"({"introduced": "0", "fixed": "1"})")));
  place.put("bad/6.json", record("a", affected("npm", "x", R"({"begun": "0"})")));
  place.put("bad/7.json", record("a", affected("npm", "x", R"({"introduced": "one"})")));
  place.put("bad/8.json", record("a", R"({"package": {"name": "x"}})"));
  place.put("bad/9.json", record("a", R"({"package": {"ecosystem": "npm", "name": "x"}, "ranges": "all"})"));
  place.put("bad/kept.json",
            record("GHSA-kept", affected("npm", "kept", R"({"introduced": "one"})", R"(, "versions": ["1.0.0"])")));
  place.put("note.txt", "no record");
  place.put("some.zip", zip_of({{"z.json", record("GHSA-z", affected("npm", "z", kUpTo2))}, {"bad.json", "?"}}));
  place.put("cut.zip", "PK");
  const auto report = place.import();
  CHECK(report.records == 4);
  CHECK(report.elsewhere == 1);
  CHECK(report.malformed == 12);
  std::string problems;
  for (const auto& problem : report.problems) problems += problem + "\n";
  CHECK(holds(problems, "bad/7.json:1: 'one' is no version of its ecosystem"));
  CHECK(holds(problems, "bad/6.json:1: no event 'begun'"));
  CHECK(holds(problems, "some.zip:bad.json:1: it is not JSON"));
  CHECK(holds(problems, "cut.zip"));
  CHECK(rules(place.check(npm("z", "1.0.0"))) == "GHSA-z ");
  CHECK(rules(place.check(npm("kept", "1.0.0"))) == "GHSA-kept ");
  CHECK(rules(place.check({"PyPI", "Flask", "1.9", "requirements.txt", 1})) == "PYSEC-1 ");
}

TEST_CASE("advisories: of two records with one id the newer holds; nothing good leaves the old file") {
  Place place;
  place.put("1.json", record("GHSA-1", affected("npm", "qs", kUpTo2)));
  place.import();
  const auto before = must(read_file(place.file));
  CHECK(import_advisories({place.in + "/none"}, place.file, kNow).error().code == Errc::not_found);
  place.put("1.json", "{");
  CHECK(import_advisories({place.in}, place.file, kNow).error().code == Errc::invalid);
  CHECK(must(read_file(place.file)) == before);
  auto older = record("GHSA-1", affected("npm", "qs", R"({"introduced": "0"})"));
  older.replace(older.find("2026-11-20"), 10, "2020-01-01");
  place.put("2.json", older);
  place.put("1.json", record("GHSA-1", affected("npm", "qs", kUpTo2)));
  place.import();
  CHECK(place.check(npm("qs", "3.0.0")).findings.empty());
}

TEST_CASE("advisories: a bomb in a zip, and names that leave it, end its reading and are named") {
  Place place;
  place.put("1.json", record("GHSA-1", affected("npm", "qs", kUpTo2)));
  place.put("bomb.zip", zip_of({{"a.json", std::string(40 << 20, ' ')}}));
  place.put("out.zip", zip_of({{"ok.json", record("GHSA-2", affected("npm", "b", kUpTo2))},
                               {"../../x.json", record("GHSA-3", affected("npm", "c", kUpTo2))}}));
  const auto report = place.import();
  CHECK(report.malformed == 2);
  CHECK(report.records == 2);
  CHECK(holds(report.problems[0] + report.problems[1], "is over 16777216 bytes"));
  CHECK(holds(report.problems[0] + report.problems[1], "'../../x.json' leaves the folder"));
  CHECK_FALSE(exists(place.folder.path() + "/x.json"));
}

TEST_CASE("advisories: every damaged byte and every cut of the file is seen") {
  Place place;
  place.put("1.json", record("GHSA-1", affected("npm", "qs", kUpTo2)));
  place.put("2.json", record("GHSA-2", affected("PyPI", "flask", kUpTo2)));
  place.import();
  const auto whole = must(read_file(place.file));
  CHECK(must(show_advisories(place.file)).ecosystems.size() == 2);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    auto damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    must(write_file_durably(place.file, damaged));
    CHECK_FALSE_MESSAGE(show_advisories(place.file).has_value(), i);
    const auto first = place.check(npm("qs", "1.0.0"));
    CHECK_MESSAGE((!first.gaps.empty() || rules(first) == "GHSA-1 "), i);  // its own part is whole, or it is said
  }
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    must(write_file_durably(place.file, whole.substr(0, length)));
    CHECK_FALSE(show_advisories(place.file).has_value());
    CHECK(holds(gaps(place.check(npm("qs", "1.0.0"))), "import"));
  }
}

TEST_CASE("advisories: CVSS 3 scores are those of the specification") {
  using packages::cvss3_tenths;
  CHECK(cvss3_tenths("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H") == 98);
  CHECK(cvss3_tenths("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H") == 100);
  CHECK(cvss3_tenths("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N") == 61);
  CHECK(cvss3_tenths("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H") == 55);
  CHECK(cvss3_tenths("CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N") == 31);
  CHECK(cvss3_tenths("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N") == 0);
  CHECK_FALSE(cvss3_tenths("CVSS:3.1/AV:N/AC:L/PR:N").has_value());
  CHECK_FALSE(cvss3_tenths("CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").has_value());
  CHECK_FALSE(cvss3_tenths("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N").has_value());
}

TEST_CASE("advisories: what cannot be looked up is a gap of each file, and of very many files one for all") {
  Place place;
  place.put("a.json", record("A-1", affected("npm", "qs", kUpTo2)));
  place.import();
  Inventory inventory;
  for (int i = 0; i < 5; ++i) inventory.packages.push_back({"Go", "a.test/a", "1.0.0", fmt::format("bin/{}", i)});
  CHECK(check_packages({}, inventory, {place.file, kNow}).gaps.size() == 5);
  CHECK(check_packages({}, inventory, {place.file, kNow, 5}).gaps.size() == 5);
  const auto scanned = check_packages({}, inventory, {place.file, kNow, 4});
  REQUIRE(scanned.gaps.size() == 1);
  CHECK(scanned.gaps[0].reason.en.starts_with("5 Go packages in 5 files: "));
  CHECK(scanned.gaps[0].reason.zh.starts_with("5 个文件里的 5 个 Go 依赖没有查清"));
}

TEST_CASE("advisories: a version that a range holds is not kept apart, in whatever order ranges begin and end") {
  const auto kept = [](const std::string& ranges, const std::string& versions) {
    const auto read = must(scan::packages::read_record(
        R"({"id": "A", "modified": "2026-11-20T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "ranges": [)" +
            ranges + R"(], "versions": [)" + versions + "]}]}",
        "a.json"));
    std::string out;
    for (const auto& version : read.affected.at(0).advice.versions) out += version + " ";
    return out;
  };
  const auto range = [](const std::string& from, const std::string& end, const std::string& to) {
    return fmt::format(R"({{"type": "SEMVER", "events": [{{"introduced": "{}"}}, {{"{}": "{}"}}]}})", from, end, to);
  };
  const std::string versions = R"("0.1.0", "1.0.0", "1.5.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0", "odd")";
  CHECK(kept(range("3.0.0", "fixed", "4.0.0") + "," + range("1.0.0", "fixed", "2.0.0"), versions) ==
        "0.1.0 2.0.0 4.0.0 5.0.0 odd ");
  CHECK(kept(range("1.0.0", "last_affected", "4.0.0") + "," + range("1.5.0", "fixed", "2.0.0"), versions) ==
        "0.1.0 5.0.0 odd ");
  CHECK(kept(range("0", "fixed", "2.0.0") + "," + range("1.0.0", "last_affected", "2.0.0"), versions) ==
        "3.0.0 4.0.0 5.0.0 odd ");
  CHECK(kept(R"({"type": "SEMVER", "events": [{"introduced": "4.0.0"}]},)" + range("1.0.0", "fixed", "1.5.0"),
             versions) == "0.1.0 1.5.0 2.0.0 3.0.0 odd ");
}

TEST_CASE("advisories: reading a record and joining records take time in proportion to their size") {
  using sampan::testing::growth;
  using sampan::testing::kMostGrowth;
  const auto list = [](std::size_t size, const char* form) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
      text += (i > 0 ? "," : "") + fmt::format(fmt::runtime(form), 2 * i, 2 * i + 1);
    return text;
  };
  const auto ranges = [&](std::size_t size) {
    return record("A", R"({"package": {"ecosystem": "npm", "name": "a"}, "ranges": [{"type": "SEMVER", "events": [)" +
                           list(size, R"({{"introduced": "{}.0.0"}},{{"fixed": "{}.0.0"}})") + R"(]}], "versions": [)" +
                           list(size, R"("{1}.1.0")") + "]}");
  };
  CHECK(growth(100, ranges, [](const std::string& text) { must(scan::packages::read_record(text, "a.json")); }) <
        kMostGrowth);
  struct Joined {
    Place place;
    Package package = npm("a", "1.0.0");
  };
  const auto joined = [&](std::size_t size) {
    auto made = std::make_unique<Joined>();
    for (std::size_t i = 0; i < size; ++i)
      made->place.put(fmt::format("{}.json", i), record(fmt::format("A-{}", i), affected("npm", "a", kUpTo2),
                                                        fmt::format(R"(, "aliases": ["C-{}"])", i)));
    made->place.import();
    return made;
  };
  CHECK(growth(50, joined, [](const auto& made) { CHECK(made->place.check(made->package).findings.size() >= 50); }) <
        kMostGrowth);
}

TEST_CASE("advisories: of too many findings the first are told, and how many packages were not looked up any more") {
  Place place;
  for (int i = 0; i < 100; ++i)
    place.put(fmt::format("{}.json", i), record(fmt::format("A-{}", i), affected("npm", "a", kUpTo2)));
  place.import();
  Inventory inventory;
  for (int i = 0; i < 300; ++i) inventory.packages.push_back(npm("a", fmt::format("1.0.{}", i)));
  const auto scanned = check_packages({}, inventory, {place.file, kNow});
  CHECK(scanned.findings.size() == 25'000);
  CHECK(gaps(scanned) == "too much was found: 50 more packages were not looked up\n");
}
