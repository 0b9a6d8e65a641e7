#include "runner/workspace.h"

#include "runner/testing.h"

using namespace sampan;
using namespace sampan::runner;
using namespace sampan::runner::testing;

namespace {

struct Tree {
  TempDir folder = must(TempDir::create());
  explicit Tree(const std::vector<std::string>& files) {
    for (const auto& file : files) {
      must(make_directories(parent_of(folder.path() + "/" + file)));
      must(write_file_durably(folder.path() + "/" + file, "x"));
    }
  }
  std::string matching(std::vector<std::string> patterns) const {
    return join(must(matching_files(folder.path(), patterns, 100)), " ");
  }
};

}  // namespace

TEST_CASE("workspace: patterns match files, folders whole, any depth; never .git or through links") {
  Tree tree({"pom.xml", "target/app.jar", "m/target/app.jar", "m/target/surefire-reports/TEST-a.xml", "dist/a/b.js",
             "build/x/y", ".git/config"});
  std::filesystem::create_directory_symlink("/etc", tree.folder.path() + "/etc");
  CHECK(tree.matching({"**/target/*.jar"}) == "m/target/app.jar target/app.jar");
  CHECK(tree.matching({"**/surefire-reports/TEST-*.xml"}) == "m/target/surefire-reports/TEST-a.xml");
  CHECK(tree.matching({"dist/"}) == "dist/a/b.js");
  CHECK(tree.matching({"./dist"}) == "dist/a/b.js");
  CHECK(tree.matching({"build/*"}) == "build/x/y");
  CHECK(tree.matching({"etc/*", ".git/*", "../*"}) == "");
  CHECK(tree.matching({"."}) ==
        "build/x/y dist/a/b.js m/target/app.jar m/target/surefire-reports/TEST-a.xml pom.xml target/app.jar");
  CHECK(matching_files(tree.folder.path(), {"**"}, 2).error().code == Errc::too_large);
}

TEST_CASE("workspace: two files that would have one name in an artifact are a conflict that says how to go on") {
  Tree tree({"target/app.jar", "m/target/app.jar"});
  const auto packed = pack_matching(tree.folder.path(), {"target/*.jar", "m/target/*.jar"}, Parents::cut,
                                    tree.folder.path() + ".staging", tree.folder.path() + ".tar");
  REQUIRE(!packed.has_value());
  CHECK(packed.error().message.find("includePathInArtifact") != std::string::npos);
  CHECK(must(pack_matching(tree.folder.path(), {"**/*.jar"}, Parents::kept, tree.folder.path() + ".staging",
                           tree.folder.path() + ".tar")) == 2);
  must(remove_tree(tree.folder.path() + ".tar"));
  must(remove_tree(tree.folder.path() + ".staging"));
}

TEST_CASE("workspace: $FLOW_ENV lines are read as a person means them") {
  const auto env = parse_flow_env("A=1\r\nexport B=x=y\n\n1C=2\nnothing\nA=2\nEMPTY=\n");
  CHECK(env.values == std::map<std::string, std::string>{{"A", "2"}, {"B", "x=y"}, {"EMPTY", ""}});
  CHECK(env.wrong == std::vector<std::string>{"1C=2", "nothing"});
  const std::string nul("A=1\nB=x\0y\n", 10);
  CHECK(parse_flow_env(nul).values.size() == 1);
  CHECK(parse_flow_env(nul).wrong.size() == 1);
}
