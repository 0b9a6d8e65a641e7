#include "web/pages.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/log.h"
#include "base/testing.h"

using namespace sampan;
using sampan::testing::must;
using sampan::web::Pages;

namespace {

const std::string kScript(5000, 'x'), kPacked = "as the build packed it";

struct Built {
  TempDir folder = must(TempDir::create());
  std::string ui = folder.path() + "/ui";
  Built() {
    log::set_level(log::Level::error);
    put("/index.html", "<!doctype html>the page");
    put("/favicon.svg", "<svg/>");
    put("/assets/app-1a2b.js", kScript);
    put("/assets/app-1a2b.js.map", "{}");
    put("/assets/app-1a2b.js.gz", kPacked);
    put("/assets/small-3c4d.css", "a{}");
    put("/assets/small-3c4d.css.gz", "longer than it");
  }
  void put(const std::string& path, std::string_view bytes) const {
    must(make_directories(parent_of(ui + path)));
    must(write_file_durably(ui + path, bytes));
  }
};

std::optional<Response> ask(const Pages& pages, const std::string& path, const std::string& encoding = {}) {
  Request request;
  request.path = request.target = path;
  if (!encoding.empty()) request.headers = {{"Accept-Encoding", encoding}};
  return pages.find(request);
}

std::string body_of(const std::optional<Response>& response) {
  return response ? std::get<std::string>(response->body) : "(nothing)";
}
std::string header(const std::optional<Response>& response, std::string_view name) {
  return response ? std::string(find_header(response->headers, name)) : "";
}

}  // namespace

TEST_CASE("web: a hashed asset may be kept for ever, everything else is asked for again") {
  const Built built;
  const Pages pages(built.ui);
  const auto script = ask(pages, "/assets/app-1a2b.js");
  CHECK(body_of(script) == kScript);
  CHECK(header(script, "Content-Type") == "text/javascript; charset=utf-8");
  CHECK(header(script, "Cache-Control") == "public, max-age=31536000, immutable");
  CHECK(header(script, "X-Content-Type-Options") == "nosniff");
  for (const auto* path : {"/", "/index.html", "/favicon.svg", "/runs/12"})
    CHECK_MESSAGE(header(ask(pages, path), "Cache-Control") == "no-cache", path);
}

TEST_CASE("web: every page's address is the one page, which finds its way itself; a missing asset is missing") {
  const Built built;
  const Pages pages(built.ui);
  for (const auto* path : {"/", "/runs/12", "/company/shop", "/no/such/page", "/assetsx"}) {
    CHECK_MESSAGE(body_of(ask(pages, path)) == "<!doctype html>the page", path);
    CHECK(header(ask(pages, path), "Content-Security-Policy").find("frame-ancestors 'none'") != std::string::npos);
  }
  CHECK_FALSE(ask(pages, "/assets/app-0000.js").has_value());
  CHECK_FALSE(ask(pages, "/assets/app-1a2b.js.map").has_value());
  CHECK(header(ask(pages, "/favicon.svg"), "Content-Type") == "image/svg+xml");
}

TEST_CASE("web: who takes gzip gets what the build packed, where that is smaller") {
  const Built built;
  const Pages pages(built.ui);
  const auto packed = ask(pages, "/assets/app-1a2b.js", "br, gzip");
  CHECK(header(packed, "Content-Encoding") == "gzip");
  CHECK(header(packed, "Vary") == "Accept-Encoding");
  CHECK(body_of(packed) == kPacked);
  CHECK(header(ask(pages, "/assets/app-1a2b.js", "br"), "Content-Encoding").empty());
  CHECK(body_of(ask(pages, "/assets/small-3c4d.css", "gzip")) == "a{}");
  CHECK(header(ask(pages, "/assets/small-3c4d.css", "gzip"), "Content-Encoding").empty());
  CHECK_FALSE(ask(pages, "/assets/app-1a2b.js.gz").has_value());
}

TEST_CASE("web: without built pages every address says how to build them") {
  log::set_level(log::Level::error);
  for (const auto* folder : {"", "/no/such/folder"}) {
    const Pages pages(folder);
    CHECK(body_of(ask(pages, "/runs/12")).find("npm ci") != std::string::npos);
    CHECK(header(ask(pages, "/"), "Content-Type").starts_with("text/html"));
  }
}

TEST_CASE("web: a path cannot leave the folder of pages") {
  const Built built;
  built.put("/../beside.txt", "secret");
  const Pages pages(built.ui);
  CHECK(body_of(ask(pages, "/../beside.txt")) == "<!doctype html>the page");
  CHECK_FALSE(ask(pages, "/assets/../../beside.txt").has_value());
}
