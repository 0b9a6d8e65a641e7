#include <filesystem>

#include "scan/packages/fixture_test.h"

using namespace sampan;
using namespace sampan::scan;
using namespace sampan::scan::testing;
using sampan::testing::must;

TEST_CASE("packages: a folder's tree has its code, reads nothing outside, and follows no symbolic link") {
  const auto place = must(TempDir::create());
  const auto folder = place.path() + "/code";
  const auto put = [&](const std::string& path, std::string_view text) {
    must(make_directories(parent_of(folder + "/" + path)));
    must(write_file_durably(folder + "/" + path, text));
  };
  put("../secret", "secret");
  put("pom.xml", "<project/>");
  put("a/go.mod", "module a\n");
  put("node_modules/x/package.json", "{}");
  put("target/pom.xml", "<project/>");
  put(".venv/go.mod", "module c\n");
  put("left/out/go.mod", "module b\n");
  std::filesystem::create_symlink("../secret", folder + "/go.sum");
  std::filesystem::create_symlink("..", folder + "/up");
  const auto tree = must(code_tree(must(read_settings("exclude: ['left/**', left]", "scan.yaml")), folder));
  CHECK(tree->paths() == std::vector<std::string>{"a/go.mod", "pom.xml"});
  CHECK(must(tree->read("a/go.mod", 100)) == "module a\n");
  CHECK(tree->read("a/go.mod", 3).error().code == Errc::too_large);
  for (const std::string bad : {"gone", "go.sum", "up/secret", "../secret", "a/../../secret", "/etc/hostname", "a", ""})
    CHECK_MESSAGE(tree->read(bad, 100).error().code == Errc::not_found, bad);
  const auto root = must(root_tree(folder));
  CHECK(root->paths() == std::vector<std::string>{".venv/go.mod", "a/go.mod", "left/out/go.mod",
                                                  "node_modules/x/package.json", "pom.xml", "target/pom.xml"});
  const auto store = must(store_tree(folder));
  CHECK(store->paths().empty());
  CHECK(must(store->read("pom.xml", 100)) == "<project/>");
  CHECK(code_tree({}, folder + "/none").error().code == Errc::not_found);
  CHECK(root_tree(folder + "/none").error().code == Errc::not_found);
}

TEST_CASE("packages: what two looks at a folder found is one result in the order of paths") {
  const auto finding = [](const std::string& path) {
    Finding made;
    made.path = path;
    return made;
  };
  Scanned all{{finding("a"), finding("c")}, {}, 1, 2, 3, 30},
      more{{finding("b"), finding("c"), finding("d")}, {{"x", 0, "", {}}}, 4, 5, 6, 60};
  merge(all, more);
  std::string order;
  for (const auto& one : all.findings) order += one.path;
  CHECK(order == "abccd");
  CHECK(all.gaps.size() == 1);
  CHECK(all.suppressed == 5);
  CHECK(all.files == 7);
  CHECK(all.binary == 9);
  CHECK(all.bytes == 90);
}
