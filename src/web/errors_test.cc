#include "web/errors.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "base/log.h"

using namespace sampan;
using namespace sampan::web;

namespace {

std::string body_of(const Response& response) { return std::get<std::string>(response.body); }
std::string header(const Response& response, std::string_view name) {
  return std::string(find_header(response.headers, name));
}

}  // namespace

TEST_CASE("web: each kind of error has one status") {
  CHECK(status_of(Errc::invalid) == 422);
  CHECK(status_of(Errc::unauthenticated) == 401);
  CHECK(status_of(Errc::denied) == 403);
  CHECK(status_of(Errc::not_found) == 404);
  CHECK(status_of(Errc::conflict) == 409);
  CHECK(status_of(Errc::too_large) == 413);
  CHECK(status_of(Errc::unavailable) == 503);
  CHECK(status_of(Errc::internal) == 500);
}

TEST_CASE("web: the API says an error as JSON, whatever its sentence holds") {
  const auto answer = error_answer({Errc::not_found, "no repository 'a\"b\n\xff'"}, Dialect::api);
  CHECK(answer.status == 404);
  CHECK(header(answer, "Content-Type") == "application/json");
  const auto error = boost::json::parse(body_of(answer)).at("error");
  CHECK(error.at("code") == "not_found");
  CHECK(error.at("message") == "no repository 'a\"b\n\xef\xbf\xbd'");
  CHECK(header(error_answer({Errc::unavailable, "busy"}, Dialect::api), "Retry-After") == "1");
  // A page's own sign-in asks for credentials; a browser's box must not.
  CHECK(header(error_answer({Errc::unauthenticated, "who?"}, Dialect::api), "WWW-Authenticate").empty());
}

TEST_CASE("web: git is told a sentence that it prints, and asked for credentials") {
  auto answer = error_answer({Errc::denied, "you may not push here"}, Dialect::git);
  CHECK(answer.status == 403);
  CHECK(body_of(answer) == "you may not push here\n");
  CHECK(header(answer, "Content-Type").starts_with("text/plain"));
  answer = error_answer({Errc::unauthenticated, "sign in"}, Dialect::git);
  CHECK(header(answer, "WWW-Authenticate") == "Basic realm=\"Sampan\"");
}

TEST_CASE("web: a client of the registry is told OCI's list of errors, and asked for credentials") {
  log::set_level(log::Level::warning);
  auto answer = error_answer({Errc::unauthenticated, "sign in"}, Dialect::oci);
  CHECK(answer.status == 401);
  CHECK(header(answer, "WWW-Authenticate") == "Basic realm=\"Sampan\"");
  CHECK(body_of(answer) == R"({"errors":[{"code":"UNAUTHORIZED","message":"sign in"}]})");
  answer = error_answer({Errc::unavailable, "busy"}, Dialect::oci);
  CHECK(answer.status == 503);
  CHECK(header(answer, "Retry-After") == "1");
}
