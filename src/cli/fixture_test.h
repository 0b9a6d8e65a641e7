// A terminal and a scripted server, for the tests of the command line.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/testing.h"
#include "cli/api.h"
#include "cli/cli.h"

namespace sampan::cli::testing {

struct Terminal {
  std::map<std::string, OutboundResponse> answers;  // by "GET /api/v1/me"; anything else is 404 without a sentence
  sampan::testing::FakeHttpClient http;
  std::string out, err;
  std::vector<std::string> typed;  // what ask() gives, in order
  bool watched = false;            // err is a terminal
  TempDir folder = sampan::testing::must(TempDir::create());
  Programs programs;

  Terminal() {
    ::unsetenv("SAMPAN_URL");
    ::unsetenv("SAMPAN_TOKEN");
    programs.version = "0.1.0";
    http.answer_with([this](const OutboundRequest& request) -> Result<OutboundResponse> {
      const auto path = request.url.substr(request.url.find('/', 8));
      const auto found = answers.find(fmt::format("{} {}", to_text(request.method), path.substr(0, path.find('?'))));
      return found == answers.end() ? OutboundResponse{404, {}, ""} : found->second;
    });
  }
  World world() {
    return {http,
            [this](std::string_view text) { out += text; },
            [this](std::string_view text) { err += text; },
            [this](std::string_view, bool) {
              if (typed.empty()) return std::string();
              auto line = typed.front();
              typed.erase(typed.begin());
              return line;
            },
            folder.path() + "/config",
            folder.path() + "/advisories",
            folder.path() + "/maven",
            [] { return *parse_rfc3339("2026-11-28T00:00:00Z"); },
            watched};
  }
  void sign_in() { sampan::testing::must(write_login(world(), {"http://sampan.test", "sp_token"})); }
  int run(std::vector<std::string> words) {
    out.clear();
    err.clear();
    words.insert(words.begin(), "sampan");
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    return cli::run(static_cast<int>(argv.size()), argv.data(), world(), programs);
  }
  void answer(const std::string& route, int status, std::string body) {
    answers[route] = {status, {}, std::move(body)};
  }
  OutboundRequest last() { return http.requests().back(); }
};

}  // namespace sampan::cli::testing
