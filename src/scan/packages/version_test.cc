#include "scan/packages/version.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

using namespace sampan::scan::packages;

namespace {

// Each row is less than the next; of the texts in a row all are equal.
using Ladder = std::vector<std::vector<std::string>>;

void check_ladder(Scheme scheme, const Ladder& ladder) {
  for (std::size_t i = 0; i < ladder.size(); ++i) {
    for (std::size_t j = 0; j < ladder.size(); ++j) {
      for (const auto& a : ladder[i]) {
        CHECK_MESSAGE(is_version(scheme, a), a);
        for (const auto& b : ladder[j])
          CHECK_MESSAGE(compare(scheme, a, b) == (i <=> j), fmt::format("{} against {}", a, b));
      }
    }
  }
}

const Ladder kSemver{{"1.0.0-alpha"},
                     {"1.0.0-alpha.1"},
                     {"1.0.0-alpha.beta"},
                     {"1.0.0-beta"},
                     {"1.0.0-beta.2"},
                     {"1.0.0-beta.11"},
                     {"1.0.0-rc.1"},
                     {"1.0.0", "v1.0.0", "1.0.0+20130313", "1", "1.0"},
                     {"2.0.0"},
                     {"2.1.0"},
                     {"2.1.1"},
                     {"2.1.99999999999999999999999"},
                     {"2.1.100000000000000000000000"}};
const Ladder kPep440{{"1.dev0", "1.0.dev"},
                     {"1.0.dev456"},
                     {"1.0a1", "1.0.alpha1", "1.0-a.1"},
                     {"1.0a2.dev456"},
                     {"1.0a12.dev456"},
                     {"1.0a12"},
                     {"1.0b1.dev456"},
                     {"1.0b2"},
                     {"1.0b2.post345.dev456"},
                     {"1.0b2.post345"},
                     {"1.0rc1.dev456"},
                     {"1.0rc1", "1.0c1", "1.0-preview1", "1.0PRE1"},
                     {"1.0", "v1.0", "1", "1.0.0", " 1.0"},
                     {"1.0+abc.5"},
                     {"1.0+abc.7"},
                     {"1.0+5"},
                     {"1.0.post456.dev34"},
                     {"1.0.post456", "1.0-456", "1.0.r456"},
                     {"1.0.15"},
                     {"1.1.dev1"},
                     {"1.1"},
                     {"2024.1"},
                     {"1!0.1"}};
const Ladder kMaven{{"1-alpha-1", "1-a1", "1alpha1"},
                    {"1-beta-1", "1b1"},
                    {"1-milestone-1", "1m1", "1.0.m1"},
                    {"1-rc", "1-cr"},
                    {"1-snapshot", "1.0-SNAPSHOT"},
                    {"1", "1.0", "1.0.0", "1.ga", "1-ga", "1-0", "1-final", "1.0.RELEASE"},
                    {"1-sp"},
                    {"1-foo", "1.foo"},
                    {"1-foo2"},
                    {"1-foo10"},
                    {"1-1"},
                    {"1.1"},
                    {"1.1.1"},
                    {"1.2"},
                    {"1.10"},
                    {"2"}};
const Ladder kGems{
    {"1.0.a"}, {"1.0.b1"}, {"1.0.b2", "1.b2"}, {"1.0-1", "1.0.pre.1"}, {"1.0.rc1"}, {"1", "1.0", "1.0.0"}, {"1.0.1"},
    {"1.9"},   {"1.10"}};
const Ladder kComposer{{"1.0-dev"},
                       {"1.0-alpha1", "1.0.0-a1", "v1.0.0.0-alpha.1"},
                       {"1.0-alpha2"},
                       {"1.0-alpha10"},
                       {"1.0.0-beta1-dev"},
                       {"1.0.0-beta1", "1.0b1"},
                       {"1.0-RC1", "1.0-rc.1"},
                       {"1.0", "1", "1.0.0.0", "1.0.0-stable", "1.0.0+meta"},
                       {"1.0-p1", "1.0.0-patch1", "1.0pl1"},
                       {"1.0.1"},
                       {"1.10"}};
const Ladder kNuget{
    {"1.0.0-Alpha", "1.0.0-alpha"}, {"1.0.0-beta"}, {"1.0", "1.0.0", "1.0.0.0"}, {"1.0.0.1"}, {"1.0.1"}};
const Ladder kDpkg{{"1.0~~"},      {"1.0~~a"}, {"1.0~"},          {"1.0~rc1-1"},     {"1.0", "1.0-0", "0:1.0", "01.0"},
                   {"1.0-1~bpo1"}, {"1.0-1"},  {"1.0-1+deb12u1"}, {"1.0-1+deb12u2"}, {"1.0-1.1"},
                   {"1.0-2"},      {"1.0a"},   {"1.0+1"},         {"1.0.1"},         {"1.10"},
                   {"1:0.1"}};
const Ladder kApk{
    {"1.0_alpha1"}, {"1.0_beta1"},       {"1.0_beta2"}, {"1.0_pre1"},  {"1.0_rc1"}, {"1.0", "1.0-r0"}, {"1.0-r1"},
    {"1.0-r10"},    {"1.0_git20200101"}, {"1.0_p1"},    {"1.0_p1-r1"}, {"1.0a"},    {"1.0b-r3"},       {"1.01"},
    {"1.1"},        {"1.1.0"},           {"1.10"}};

const std::vector<std::pair<Scheme, const Ladder*>> kAll{
    {Scheme::semver, &kSemver}, {Scheme::nuget, &kNuget},        {Scheme::pep440, &kPep440}, {Scheme::maven, &kMaven},
    {Scheme::rubygems, &kGems}, {Scheme::packagist, &kComposer}, {Scheme::dpkg, &kDpkg},     {Scheme::apk, &kApk}};

}  // namespace

TEST_CASE("versions: each ecosystem's published examples stand in its order") {
  for (const auto& [scheme, ladder] : kAll) check_ladder(scheme, *ladder);
}

TEST_CASE("versions: any texts are compared as an order: its own equal, the other way round, and in threes") {
  std::mt19937 random(6);
  const std::vector<std::string> pieces{"0",     "1",  "2",   "10",   "007", ".",  ".", "-",   "_", "~", "a",
                                        "alpha", "rc", "dev", "post", "sp",  "ga", "+", "foo", "r", "p"};
  for (const auto& [scheme, ladder] : kAll) {
    std::vector<std::string> texts;
    for (const auto& row : *ladder) texts.insert(texts.end(), row.begin(), row.end());
    for (int made = 0; made < 400; ++made) {
      std::string text = "1";
      for (auto left = random() % 7; left > 0; --left) text += pieces[random() % pieces.size()];
      if (is_version(scheme, text)) texts.push_back(text);
    }
    const auto any = [&]() -> const std::string& { return texts[random() % texts.size()]; };
    for (int i = 0; i < 20'000; ++i) {
      const auto &a = any(), &b = any(), &c = any();
      const auto words = fmt::format("scheme {}: {} {} {}", static_cast<int>(scheme), a, b, c);
      CHECK_MESSAGE(compare(scheme, a, a) == 0, words);
      CHECK_MESSAGE(compare(scheme, a, b) == (0 <=> compare(scheme, b, a)), words);
      if (compare(scheme, a, b) <= 0 && compare(scheme, b, c) <= 0) CHECK_MESSAGE(compare(scheme, a, c) <= 0, words);
    }
  }
}

TEST_CASE("versions: what is no version of its ecosystem is said to be none") {
  for (const std::string text : {"", "latest", "1.x", "^1.0.0", "1.0.0.0", "1..0", "git+https://x"})
    CHECK_FALSE_MESSAGE(is_version(Scheme::semver, text), text);
  for (const std::string text : {"", "dev", "1.0-foo", "1.0+", "a!1", "1.0 beta x"})
    CHECK_FALSE_MESSAGE(is_version(Scheme::pep440, text), text);
  for (const std::string text : {"", "dev-master", "1.x-dev", "1.0-foo"})
    CHECK_FALSE_MESSAGE(is_version(Scheme::packagist, text), text);
  for (const std::string text : {"", "a1", "1 0", "x:1"}) CHECK_FALSE_MESSAGE(is_version(Scheme::dpkg, text), text);
  for (const std::string text : {"", "1.", "1_foo", "1-1", "1-r"})
    CHECK_FALSE_MESSAGE(is_version(Scheme::apk, text), text);
  for (const std::string text : {"", "a", "1..2", "1.", "1_0"})
    CHECK_FALSE_MESSAGE(is_version(Scheme::rubygems, text), text);
  CHECK_FALSE(is_version(Scheme::maven, ""));
  CHECK_FALSE(scheme_of("Bitnami").has_value());
  CHECK(scheme_of("Debian:12") == Scheme::dpkg);
}

TEST_CASE("versions: names are the same where the ecosystem says so") {
  CHECK(normal_name("PyPI", "Zope.Interface__x") == "zope-interface-x");
  CHECK(normal_name("NuGet", "Newtonsoft.Json") == "newtonsoft.json");
  CHECK(normal_name("npm", "JSONStream") == "JSONStream");
}
