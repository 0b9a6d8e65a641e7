#include "scan/packages/jar_known.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace sampan::scan::packages {

namespace {

using Words = std::set<std::string, std::less<>>;

void add_words(Words& words, std::string_view name) {
  std::string spaced(name);
  std::ranges::replace_if(
      spaced, [](char c) { return c == '.' || c == '-' || c == '_'; }, ' ');
  for (auto& word : split(spaced, ' ')) words.insert(std::move(word));
}

// com.squareup.okhttp3 of a jar with the package okhttp3, org.springframework.boot of a spring-boot-starter-web: a part
// of the group stands in what the jar says. Domains of the highest level and hosts of everybody's projects do not
// count.
bool speaks_for(const Words& words, const std::string& group) {
  Words parts;
  const auto dot = group.find('.');
  add_words(parts, dot == std::string::npos ? group : group.substr(dot + 1));
  for (const auto* host : {"", "apache", "github", "gitlab", "google", "googlecode", "sourceforge"}) parts.erase(host);
  return std::ranges::any_of(parts, [&](const auto& part) { return words.contains(part); });
}

Package named(const Package& guessed, const std::string& group, const Guess::Named& as) {
  auto package = guessed;
  package.name = group + ":" + as.artifact;
  package.version = as.version;
  return package;
}

}  // namespace

Result<Known> known_as(const Index& index, const Package& guessed) {
  const auto& guess = guessed.guess;
  Known known;
  for (const auto& as : guess.artifacts) {
    const auto groups = TRY(index.maven_groups(as.artifact));
    const auto guessed_group = [&](const std::string& group) {
      return std::ranges::find(guess.groups, group) != guess.groups.end();
    };
    const bool exact = std::ranges::any_of(groups, guessed_group);
    Words words;
    add_words(words, as.artifact);
    for (const auto& group : guess.groups) add_words(words, group);
    for (const auto& group : groups) {
      if (exact ? guessed_group(group) : speaks_for(words, group))
        known.is.push_back(named(guessed, group, as));
      else if (&as == &guess.artifacts.front())
        known.may_be.push_back(named(guessed, group, as));
    }
    if (!known.is.empty()) break;
  }
  if (!known.is.empty() && known.is.front().name.ends_with(":" + guess.artifacts.front().artifact))
    known.may_be.clear();
  return known;
}

}  // namespace sampan::scan::packages
