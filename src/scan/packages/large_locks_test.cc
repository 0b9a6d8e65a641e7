// Large lock files that somebody made to be slow to read.
#include "scan/packages/large_fixture_test.h"

using namespace sampan;
using namespace sampan::scan;
using namespace sampan::scan::testing;

namespace {

// A package as poetry, uv and Cargo list it, with what it needs.
std::string table(const std::string& name, std::size_t version, const std::string& more) {
  return fmt::format("[[package]]\nname = \"{}\"\nversion = \"1.0.{}\"\n{}\n", name, version, more);
}

const std::vector<Large> kLarge{
    {"many direct packages of an npm lock and their lines in package.json", 300,
     [](std::size_t n) {
       const auto named = [](std::size_t i) { return fmt::format(R"("package-{}": "1")", i); };
       return MapTree::Files{
           {"package.json", R"({"dependencies": {)" + listed(n, named) + "}}"},
           {"package-lock.json",
            R"({"packages": {"": {"dependencies": {)" + listed(n, named) + "}},\n" + listed(n, [](std::size_t i) {
              return fmt::format(R"("node_modules/package-{}": {{"version": "1.0.{}"}})", i, i);
            }) + "}}"}};
     }},
    {"npm: scoped names that share their word", 300,
     [](std::size_t n) {
       const auto named = [](std::size_t i) {
         return fmt::format(R"("{}@a": "1")", std::string(1 + i % 50, '~') + std::to_string(i) + "~");
       };
       return MapTree::Files{
           {"package.json", R"({"dependencies": {)" + listed(n, named) + "}}"},
           {"package-lock.json",
            R"({"packages": {"": {"dependencies": {)" + listed(n, named) + "}},\n" + listed(n, [](std::size_t i) {
              return fmt::format(R"("node_modules/{}@a": {{"version": "1.0.{}"}})",
                                 std::string(1 + i % 50, '~') + std::to_string(i) + "~", i);
            }) + "}}"}};
     }},
    {"npm: a deep folder whose package needs much", 300,
     [](std::size_t n) {
       return MapTree::Files{{"package-lock.json",
                              R"({"packages": {")" + repeated("node_modules/a/", n) +
                                  R"(node_modules/b": {"version": "1", "dependencies": {)" +
                                  listed(n, [](std::size_t i) { return fmt::format(R"("p{}": "1")", i); }) + "}}}}"}};
     }},
    {"npm 1: many that need many", 300,
     [](std::size_t n) {
       return MapTree::Files{
           {"package-lock.json", R"({"lockfileVersion": 1, "dependencies": {)" + listed(n, [](std::size_t i) {
                                   return fmt::format(
                                       R"("p{}": {{"version": "1.0.{}", "requires": {{"p{}": "1", "p{}": "1"}}}})", i,
                                       i, i + 1, i + 2);
                                 }) + "}}"}};
     }},
    {"a long name on the way to many", 300,
     [](std::size_t n) {
       const std::string name(n * 10, 'n');
       return MapTree::Files{{"package-lock.json",
                              R"({"packages": {"": {"dependencies": {")" + name + R"(": "1"}},
"node_modules/)" + name + R"(": {"version": "1", "dependencies": {)" +
                                  listed(n, [](std::size_t i) { return fmt::format(R"("p{}": "1")", i); }) + "}},\n" +
                                  listed(n,
                                         [](std::size_t i) {
                                           return fmt::format(R"("node_modules/p{}": {{"version": "1.0.{}"}})", i, i);
                                         }) +
                                  "}}"}};
     }},
    {"yarn 1: many blocks, many needs", 300,
     [](std::size_t n) {
       return MapTree::Files{
           {"yarn.lock",
            "# yarn lockfile v1\n" + lines(n,
                                           [](std::size_t i) {
                                             return fmt::format(
                                                 "p{}@^1:\n  version \"1.0.{}\"\n  dependencies:\n    p{} \"^1\"\n", i,
                                                 i, i + 1);
                                           })},
           {"package.json", R"({"dependencies": {)" +
                                listed(n, [](std::size_t i) { return fmt::format(R"("p{}": "^1")", i); }) + "}}"}};
     }},
    {"pnpm: many packages", 500,
     [](std::size_t n) {
       return MapTree::Files{
           {"pnpm-lock.yaml", "lockfileVersion: '6.0'\ndependencies:\n" +
                                  lines(n, [](std::size_t i) { return fmt::format("  p{}: 1.0.{}\n", i, i); }) +
                                  "packages:\n" +
                                  lines(n,
                                        [](std::size_t i) {
                                          return fmt::format("  /p{}@1.0.{}:\n    dependencies:\n      p{}: 1.0.{}\n",
                                                             i, i, i + 1, i + 1);
                                        })},
           {"package.json", R"({"dependencies": {)" +
                                listed(n, [](std::size_t i) { return fmt::format(R"("p{}": "^1")", i); }) + "}}"}};
     }},
    {"go.mod: a replace for each module", 300,
     [](std::size_t n) {
       return MapTree::Files{{"go.mod", "module m\ngo 1.21\n" + lines(n, [](std::size_t i) {
                                          return fmt::format("require e.com/m{} v1.0.{}\n", i, i);
                                        }) + lines(n, [](std::size_t i) {
                                          return fmt::format("replace e.com/m{} => e.com/n v1.1.{}\n", i, i);
                                        })}};
     }},
    {"go.sum: many versions of many modules", 2000,
     [](std::size_t n) {
       return MapTree::Files{
           {"go.mod", "module m\ngo 1.16\nrequire e.com/m v1.0.0\n"},
           {"go.sum", lines(n, [](std::size_t i) { return fmt::format("e.com/m{} v1.0.{} h1:x=\n", i % 100, i); })}};
     }},
    {"requirements: lines that go on", 20'000,
     [](std::size_t n) {
       return MapTree::Files{{"requirements.txt", repeated("a\\\n", n)}};
     }},
    {"requirements: a long way to another file", 5'000,
     [](std::size_t n) {
       return MapTree::Files{{"requirements.txt", "-r " + repeated("a/../", n) + "b.txt\n"}};
     }},
    {"requirements: many files that include one", 50,
     [](std::size_t n) {
       MapTree::Files files{{"all.txt", lines(n * 10, [](std::size_t i) { return fmt::format("p{}==1.0\n", i); })}};
       for (std::size_t i = 0; i < n; ++i)
         files[fmt::format("requirements-{}.txt", i)] = "-r all.txt\n" + repeated("# c\n", 20);
       return files;
     }},
    {"poetry: many of one name, which many need", 200,
     [](std::size_t n) {
       return MapTree::Files{{"poetry.lock", lines(n, [](std::size_t i) {
                                return table("a", i, "[package.dependencies]\na = \"*\"\n");
                              })}};
     }},
    {"Cargo: many versions of one name, each needed", 200,
     [](std::size_t n) {
       return MapTree::Files{
           {"Cargo.lock", lines(n, [](std::size_t i) {
              return table("a", i, fmt::format("source = \"r\"\ndependencies = [\"a 1.0.{}\", \"a\"]\n", i + 1));
            })}};
     }},
    {"Cargo: many equal ones", 200,
     [](std::size_t n) {
       return MapTree::Files{{"Cargo.lock", lines(n, [](std::size_t) {
                                return table("a", 1, "source = \"r\"\ndependencies = [\"a 1.0.1\"]\n");
                              })}};
     }},
    {"Pipfile.lock: many and their lines", 300,
     [](std::size_t n) {
       return MapTree::Files{
           {"Pipfile", "[packages]\n" + lines(n, [](std::size_t i) { return fmt::format("p{} = \"*\"\n", i); })},
           {"Pipfile.lock", R"({"default": {)" + listed(n, [](std::size_t i) {
                              return fmt::format(R"("p{}": {{"version": "==1.0.{}"}})", i, i);
                            }) + "}}"}};
     }},
    {"composer: many of one name", 300,
     [](std::size_t n) {
       return MapTree::Files{
           {"composer.lock",
            R"({"packages": [)" +
                listed(n,
                       [](std::size_t i) {
                         return fmt::format(R"({{"name": "a/b", "version": "1.0.{}", "require": {{"a/b": "*"}}}})", i);
                       }) +
                "]}"},
           {"composer.json",
            R"({"require": {)" + listed(n, [](std::size_t i) { return fmt::format(R"("a/b{}": "*")", i); }) + "}}"}};
     }},
    {"Gemfile.lock: many and their lines", 300,
     [](std::size_t n) {
       return MapTree::Files{
           {"Gemfile", lines(n, [](std::size_t i) { return fmt::format("gem 'p{}'\n", i); })},
           {"Gemfile.lock",
            "GEM\n  specs:\n" +
                lines(n, [](std::size_t i) { return fmt::format("    p{} (1.0.{})\n      p{}\n", i, i, i + 1); }) +
                "\nDEPENDENCIES\n" + lines(n, [](std::size_t i) { return fmt::format("  p{}\n", i); })}};
     }},
};

}  // namespace

TEST_CASE("packages: reading a lock file takes time in proportion to its size") { check_growth(kLarge); }
