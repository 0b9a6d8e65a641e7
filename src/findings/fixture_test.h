// A repository that is written to by acts of the server, real git behind it, and its scans.
#pragma once

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "base/crypto.h"
#include "base/files.h"
#include "base/json_struct.h"
#include "base/log.h"
#include "base/migrations.h"
#include "findings/findings.h"

namespace sampan::findings::testing {

namespace json = boost::json;

// A class in which only a field of a wrong name is found.
inline std::string java(const std::string& name, const std::string& body) {
  return fmt::format(
      "package com.company;\n\n/**\n * Sample.\n *\n * @author ann\n * @date 2026/01/01\n */\npublic class {} "
      "{{\n{}}}\n",
      name, body);
}
inline const std::string kBadField = "    private int Bad_Name;\n";
inline const std::string kGoodField = "    private int goodName;\n";

// Of the form of a key of AWS, made here so that none stands in the source.
inline std::string secret_key() {
  std::string key = "AKIA";
  for (const char c : random_token("", 40)) {
    if (key.size() < 20 && ((c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'))) key += c;
  }
  while (key.size() < 20) key += "QZ7KX"[key.size() % 5];
  return key;
}

struct Yard {
  TempDir folder = TempDir::create().value();
  FakeClock clock;
  std::unique_ptr<Db> db;
  std::unique_ptr<EventLog> events;
  std::unique_ptr<people::People> people;
  std::unique_ptr<git::Git> git;
  std::unique_ptr<Findings> findings;
  std::vector<Route> routes;

  bool pushes = true;
  std::chrono::milliseconds patience{1'000};  // for one file
  std::vector<std::string> scan_program = {SAMPAN_WAYWARD_PROGRAM, "scan-worker", folder.path()};

  explicit Yard(bool scan_pushes = true, std::vector<std::string> scanner = {}) : pushes(scan_pushes) {
    if (!scanner.empty()) scan_program = std::move(scanner);
    log::set_level(log::Level::error);
    open();
    findings->start();
    REQUIRE(people->ensure_first_admin("admin").has_value());
    call(Method::post, "/api/v1/groups", R"({"name":"company"})");
    call(Method::post, "/api/v1/repos", R"({"group":"company","name":"shop"})");
  }
  ~Yard() { close(); }
  Config findings_config() const {
    Config config{"http://sampan.test", folder.path() + "/advisories", pushes};
    config.crew = {scan_program, 2, patience};
    return config;
  }
  void open() {
    db = Db::open("sqlite:" + folder.path() + "/sampan.db").value();
    auto all = migrations();
    std::erase_if(all, [](const Migration& one) { return one.name > "0004" && !one.name.ends_with("_findings.sql"); });
    REQUIRE(db->migrate(all).has_value());
    events = std::make_unique<EventLog>(*db, clock);
    people = std::make_unique<people::People>(*db, clock, *events);
    git::Config config;
    config.folder = folder.path() + "/repos";
    config.hook_program = "/bin/true";  // nothing is pushed here: commits are acts of the server
    config.hook_socket = folder.path() + "/hooks.sock";
    config.public_url = "http://sampan.test";
    git = std::make_unique<git::Git>(*db, clock, *events, *people, config);
    findings = std::make_unique<Findings>(*db, clock, *events, *git, *people, findings_config());
    findings->connect();
    REQUIRE(git->recover().has_value());
    REQUIRE(findings->recover().has_value());
    events->start();
    routes = git->routes();
    for (auto& one : people->routes()) routes.push_back(std::move(one));
    for (auto& one : findings->routes()) routes.push_back(std::move(one));
  }
  void close() {
    if (findings) findings->stop();
    if (events) events->stop();
    findings.reset();
    events.reset();
  }

  Actor admin() {
    Actor actor = Actor::system();
    actor.user = people->find_user("admin").value().id;
    return actor;
  }
  Result<Response> ask(Method method, const std::string& pattern, const std::string& body = {},
                       std::vector<std::pair<std::string, std::string>> query = {}, const std::string& id = {}) {
    for (const auto& route : routes) {
      if (route.method != method || route.pattern != pattern) continue;
      Request request;
      request.method = method;
      request.body = body;
      request.params = {{"group", "company"}, {"repo", "shop"}, {"id", id}, {"commit", id}};
      request.query = std::move(query);
      return route.handler(request, admin());
    }
    FAIL("no route " << pattern);
    return fail(Errc::internal, "no route");
  }
  json::value call(Method method, const std::string& pattern, const std::string& body = {},
                   std::vector<std::pair<std::string, std::string>> query = {}, const std::string& id = {}) {
    auto answer = ask(method, pattern, body, std::move(query), id);
    REQUIRE_MESSAGE(answer.has_value(), answer.error().message);
    const auto& text = std::get<std::string>(answer->body);
    return text.empty() ? json::value() : json::parse(text);
  }
  git::Repo repo() { return git->find_repo("company", "shop").value(); }
  Result<Sha> try_commit(const std::vector<git::NewFile>& files, const std::string& branch = "main") {
    const auto expected = git->resolve(repo(), branch);
    return git->commit_files(admin(), repo(), branch, expected ? *expected : Sha::zero(), "change", files);
  }
  Sha commit(const std::vector<git::NewFile>& files, const std::string& branch = "main") {
    auto done = try_commit(files, branch);
    REQUIRE_MESSAGE(done.has_value(), done.error().message);
    return *done;
  }
  // The list at a commit once its scan is done.
  json::value scanned(const Sha& commit, std::vector<std::pair<std::string, std::string>> query = {}) {
    events->settle();
    query.emplace_back("ref", commit.text());
    for (int i = 0; i < 2'000; ++i) {
      auto list = call(Method::get, "/api/v1/repos/:group/:repo/findings", "", query);
      if (!list.at("scan").is_null() && list.at("scan").at("state").as_string() != "queued") return list;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));  // the scan is on another thread
    }
    FAIL("commit " << commit.text() << " was not scanned");
    return {};
  }
  json::value verdict(const Sha& commit, const std::string& branch = "main") {
    return call(Method::get, "/api/v1/repos/:group/:repo/gate", "", {{"ref", commit.text()}, {"branch", branch}});
  }
};

inline std::int64_t number(const json::value& value, std::string_view pointer) {
  return value.at_pointer(pointer).as_int64();
}
inline std::string text(const json::value& value, std::string_view pointer) {
  return std::string(value.at_pointer(pointer).as_string());
}

}  // namespace sampan::findings::testing
