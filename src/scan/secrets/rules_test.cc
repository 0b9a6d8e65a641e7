#include <doctest/doctest.h>

#include <set>

#include "base/files.h"
#include "base/testing.h"
#include "scan/scan.h"
#include "scan/secrets/checks.h"
#include "scan/secrets/engine.h"
#include "scan/secrets/samples.h"

namespace sampan::scan::secrets {

using sampan::testing::must;

namespace {

std::string path_of(Where where) {
  switch (where) {
    case Where::anywhere: return "src/main/Shop.txt";
    case Where::config: return "src/main/resources/application.properties";
    case Where::npm: return ".npmrc";
    case Where::maven: return "settings.xml";
    case Where::gradle: return "gradle.properties";
    case Where::docker: return ".docker/config.json";
    case Where::password: return ".netrc";
  }
  return "";
}

std::string path_of(const Rule& rule) { return rule.name == "pgpass-password" ? ".pgpass" : path_of(rule.where); }

// What a finding of this rule points at; empty: there is none.
std::string pointed_at(Engine& engine, const Rule& rule, const std::string& text) {
  const auto outcome = engine.check(path_of(rule), text);
  for (const auto& finding : outcome.findings) {
    if (finding.rule != rule.name) continue;
    std::size_t start = 0;
    for (int line = 1; line < finding.range.line; ++line) start = text.find('\n', start) + 1;
    start += static_cast<std::size_t>(finding.range.column) - 1;
    std::size_t end = 0;
    for (int line = 1; line < finding.range.end_line; ++line) end = text.find('\n', end) + 1;
    end += static_cast<std::size_t>(finding.range.end_column) - 1;
    return text.substr(start, end - start);
  }
  return "";
}

std::string rules_in(const Outcome& outcome) {
  std::string names;
  for (const auto& finding : outcome.findings) names += finding.rule + " ";
  return names;
}

}  // namespace

TEST_CASE("secrets: each of the rules finds its secret, whole, wherever it stands, and keeps it to itself") {
  const Settings settings;
  auto engine = must(Engine::create(settings));
  CHECK(all_rules().size() >= 150);
  std::mt19937 random(20261128);
  for (const auto* rule : all_rules()) {
    for (int i = 0; i < 12; ++i) {
      const auto sample = make_sample(rule->shape, random);
      const bool alone = rule->where != Where::anywhere;
      for (const std::string& text :
           {sample.text, "中文 a\n" + sample.text + "\n", "x = [\"" + sample.text + "\"]\n"}) {
        if (alone && text.starts_with("x =")) continue;
        const auto outcome = engine.check(path_of(*rule), text);
        const auto secret = pointed_at(engine, *rule, text);
        CHECK_MESSAGE(secret == sample.secret, rule->name, " in ", text, " found ", rules_in(outcome));
        for (const auto& finding : outcome.findings) {
          CHECK(finding.message.en.find(sample.secret) == std::string::npos);
          CHECK(finding.message.zh.find(sample.secret) == std::string::npos);
        }
      }
    }
  }
}

TEST_CASE("secrets: a form that lacks a character, or is filled with one character, is none") {
  const Settings settings;
  auto engine = must(Engine::create(settings));
  std::mt19937 random(7);
  for (const auto* rule : all_rules()) {
    const auto sample = make_sample(rule->shape, random);
    if (rule->shape.ends_with("9>") || rule->shape.find("[[") == std::string_view::npos) {
      const auto same = std::string(sample.secret.size(), 'x');
      CHECK_MESSAGE(pointed_at(engine, *rule, same).empty(), rule->name);
    }
    // A closed form with one length.
    const auto pattern = rule->pattern;
    if (rule->words.empty() && pattern.ends_with("}\\b") &&
        pattern.substr(pattern.rfind('{')).find(',') == std::string_view::npos &&
        pattern.find("|") == std::string_view::npos)
      CHECK_MESSAGE(pointed_at(engine, *rule, sample.text.substr(0, sample.text.size() - 1)).empty(), rule->name);
  }
}

TEST_CASE("secrets: names are told once, both languages speak, and each group is in order") {
  std::set<std::string_view> names;
  for (const auto* rule : all_rules()) {
    CHECK_MESSAGE(names.insert(rule->name).second, rule->name);
    CHECK_FALSE(rule->what.zh.empty());
    CHECK_FALSE(rule->what.en.empty());
    CHECK_FALSE(rule->remedy->zh.empty());
    CHECK_FALSE(rule->shape.empty());
  }
}

TEST_CASE("secrets: docs/rules/secrets.md is what the code says") {
  const auto written = must(read_file(std::string(SAMPAN_SOURCE_DIR) + "/docs/rules/secrets.md"));
  CHECK_MESSAGE(written == secret_reference(), "write it anew: sampan docs secrets > docs/rules/secrets.md");
}

TEST_CASE("secrets: the database made with the build is the one used, for the rules there are") {
  const auto built = must(must(Database::built_in())->serialized());
  CHECK(built == must(must(Database::compile(all_rules()))->serialized()));
}

TEST_CASE("secrets: checksums, tokens and entropy are judged as their formats say") {
  std::mt19937 random(3);
  const auto good = make_sample("ghp_<sum>", random).text;
  CHECK(has_github_checksum(good));
  auto bad = good;
  bad.back() = bad.back() == 'a' ? 'b' : 'a';
  CHECK_FALSE(has_github_checksum(bad));
  CHECK(is_jwt(make_sample("<jwt>", random).text));
  CHECK_FALSE(is_jwt("eyJhbGciOi.eyJzdWIi.abc"));
  CHECK(is_basic_auth(make_sample("<basic>", random).text));
  CHECK_FALSE(is_basic_auth("c2hvcA=="));
  CHECK(entropy("aaaa") == 0);
  CHECK(entropy("abcd") == 2);
}

}  // namespace sampan::scan::secrets
