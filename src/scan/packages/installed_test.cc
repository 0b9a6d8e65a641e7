#include "scan/packages/fixture_test.h"
#include "scan/packages/image.h"

using namespace sampan;
using namespace sampan::scan;
using namespace sampan::scan::packages;
using namespace sampan::scan::testing;

namespace sampan::scan::testing {

namespace {

std::string counted(std::string_view text) {
  std::string out;
  for (auto left = text.size();; left >>= 7) {
    out += static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    if (left <= 0x7f) return out + std::string(text);
  }
}

}  // namespace

std::string go_program(std::string_view modules, std::string_view version, char flags) {
  std::string out =
      "\x7f"
      "ELF............\xff Go buildinf:\x08";
  out += flags;
  const auto text = modules.empty() ? "" : "0123456789abcdef" + std::string(modules) + "fedcba9876543210";
  return out + std::string(16, '\0') + counted(version) + counted(text) + std::string("\0.gopclntab\0", 12);
}

}  // namespace sampan::scan::testing

namespace {

Inventory program(std::string_view bytes) {
  Inventory inventory;
  if (const auto read = read_program("bin/x", bytes, inventory); !read.has_value())
    inventory.gaps.push_back({"bin/x", 0, "", {"", read.error().message}});
  return inventory;
}

}  // namespace

TEST_CASE("programs: one of Go names its modules, what was taken in their place, and its Go") {
  const auto found =
      program(go_program("path\ta.test/s\nmod\ta.test/s\t(devel)\t\ndep\tb.test/b\tv1.2.3\th1:x\n"
                         "dep\tc.test/c\tv1.0.0\n=>\td.test/d\tv2.0.0+incompatible\th1:y\n"
                         "dep\te.test/e\tv1.0.0\n=>\t./e\t(devel)\t\nbuild\t-compiler=gc\n"));
  check_packages_are(
      found, {"Go stdlib 1.21.3 bin/x:0 ?", "Go b.test/b 1.2.3 bin/x:0 ?", "Go d.test/d 2.0.0+incompatible bin/x:0 ?"});
  CHECK(found.gaps.empty());
  check_packages_are(program(go_program("mod\ta.test/tool\tv1.5.0\th1:z\n", "go1.22rc1 X:boringcrypto")),
                     {"Go stdlib 1.22.0-rc.1 bin/x:0 ?", "Go a.test/tool 1.5.0 bin/x:0 ?"});
}

TEST_CASE("programs: those of others say nothing, and of Go those that do not say enough are gaps") {
  CHECK(program("\x7f"
                "ELF something else")
            .packages.empty());
  CHECK(program("").gaps.empty());
  CHECK(holds(gaps_of(program(std::string("\x7f"
                                          "ELF\0.gopclntab\0",
                                          16))),
              "does not say of which modules"));
  const auto bare = program(go_program(""));
  CHECK(holds(gaps_of(bare), "does not say of which modules"));
  CHECK(bare.packages.size() == 1);
  CHECK(holds(gaps_of(program(go_program("dep\tb.test/b\tv1.0.0\n", "go1.17", 0))), "before 1.18"));
  CHECK(holds(gaps_of(program(go_program("dep\tb.test/b\tv1.0.0\n", "devel go1.23-abc"))), "no release"));
  CHECK(holds(gaps_of(program(go_program("dep\n"))), "expected 'dep' with a module"));
}

TEST_CASE("programs: lengths that lie, and the magic at a place where it is none, are no list of modules") {
  const auto whole = go_program("dep\tb.test/b\tv1.2.3\th1:x\n");
  for (std::size_t cut = 0; cut < whole.size(); ++cut) (void)program(std::string_view(whole).substr(0, cut));
  CHECK(holds(gaps_of(program(whole.substr(0, whole.size() - 60) + std::string("\0.gopclntab\0", 12))),
              "does not say of which modules"));
  auto lying = whole.substr(0, whole.size() - 12);  // up to the end of its list of modules
  CHECK(program(lying).packages.size() == 2);
  ++lying[57];
  CHECK(program(lying).packages.empty());
  auto endless = whole;
  for (std::size_t i = 48; i < 60; ++i) endless[i] = '\xff';
  CHECK(program(endless).packages.empty());
  CHECK(program("\x7f"
                "ELF" +
                whole)
            .packages.empty());
  // That took the square of their number when each was looked at on its own.
  std::string magics(16, '.');
  for (int i = 0; i < 200'000; ++i) magics += "\xff Go buildinf:\x08" + std::string(17, '\0');
  CHECK(program(magics).gaps.empty());
  CHECK(program(std::string(16, '.') + whole.substr(0, 40) + std::string(8, '\0') + whole).packages.size() == 2);
}

TEST_CASE("packages: Python's are read where installers put them, but for those of Debian's own Python") {
  const auto found =
      read_image(MapTree({{"a/x-1.dist-info/METADATA", "Metadata-Version: 2.1\r\nName: x\r\nVersion: 1\r\n"},
                          {"b/y.egg-info/PKG-INFO", "name: y\nVERSION: 2.0\n\nName: no\nVersion: 3\n"},
                          {"c/z-3.egg-info", "Name: z\nVersion: 3\n"},
                          {"d/bad.dist-info/METADATA", "Name: bad\n"},
                          {"d/other/METADATA", "Name: other\nVersion: 1\n"},
                          {"usr/lib/python3/dist-packages/apt.egg-info", "Name: apt\nVersion: 1\n"}}));
  check_packages_are(found, {"PyPI x 1 a/x-1.dist-info/METADATA:0 ?", "PyPI y 2.0 b/y.egg-info/PKG-INFO:0 ?",
                             "PyPI z 3 c/z-3.egg-info:0 ?"});
  CHECK(holds(gaps_of(found), "d/bad.dist-info/METADATA:0: not read to its end: expected 'Name' and 'Version'"));
  CHECK(found.gaps.size() == 1);
}

TEST_CASE("packages: those of Node.js are read from node_modules, by the names they give themselves") {
  const auto found =
      read_image(MapTree({{"app/node_modules/alias/package.json", R"({"name": "real", "version": "1.0.0"})"},
                          {"app/node_modules/a/node_modules/@s/b/package.json",
                           "\xef\xbb\xbf{\"name\": \"@s/b\", \"version\": \"2.0.0\"}"},
                          {"app/node_modules/a/test/fixture/package.json", "{broken"},
                          {"app/node_modules/local/package.json", R"({"name": "local", "private": true})"},
                          {"app/node_modules/list/package.json", "[]"},
                          {"app/node_modules/bad/package.json", "{"},
                          {"app/package.json", R"({"name": "app", "version": "1.0.0"})"}}));
  check_packages_are(found, {"npm real 1.0.0 app/node_modules/alias/package.json:0 ?",
                             "npm @s/b 2.0.0 app/node_modules/a/node_modules/@s/b/package.json:0 ?"});
  CHECK(found.gaps.size() == 1);
  CHECK(holds(gaps_of(found), "app/node_modules/bad/package.json:0: not read to its end"));
  const auto large = R"({"name": "x", "version": "1.0.0", "readme": ")" + std::string(5 << 20, 'x') + "\"}";
  CHECK(holds(gaps_of(read_image(MapTree({{"node_modules/x/package.json", large}}))), "it is over"));
}
