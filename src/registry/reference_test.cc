#include "registry/reference.h"

#include <doctest/doctest.h>

using namespace sampan;
using namespace sampan::registry;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string shown(std::string_view text) {
  const auto reference = parse_reference(text);
  if (!reference.has_value()) return "error: " + reference.error().message;
  return reference->repository + " tag=" + reference->tag + " digest=" + reference->digest.text().substr(0, 10);
}

}  // namespace

TEST_CASE("registry: a repository's name is parts of small letters joined by one separator") {
  for (const auto* good : {"company/shop", "a/b/c", "company/order-service", "c0/a.b", "c/a_b", "c/a__b", "c/a---b"})
    CHECK_MESSAGE(is_valid_repository(good), good);
  for (const auto* bad : {"", "shop", "Company/shop", "company/", "/shop", "company//shop", "c/a..b", "c/a___b", "c/-a",
                          "c/a-", "c/.a", "c/a.", "c/a_.b", "c/../b", "c/a b", "c/订单"}) {
    CHECK_MESSAGE(!is_valid_repository(bad), bad);
  }
  CHECK(is_valid_repository("c/" + std::string(253, 'a')));
  CHECK_FALSE(is_valid_repository("c/" + std::string(254, 'a')));
}

TEST_CASE("registry: a tag has at most 128 characters and begins with neither dot nor dash") {
  for (const auto* good : {"1.0", "latest", "_x", "V1-rc.2"}) CHECK_MESSAGE(is_valid_tag(good), good);
  for (const auto* bad : {"", ".1", "-1", "a/b", "a b", "a:b", "a@b", "版本"}) CHECK_MESSAGE(!is_valid_tag(bad), bad);
  CHECK(is_valid_tag(std::string(128, 'a')));
  CHECK_FALSE(is_valid_tag(std::string(129, 'a')));
}

TEST_CASE("registry: a reference may have a host, a tag and a digest; with neither of the last it is the tag latest") {
  CHECK(shown("company/shop") == "company/shop tag=latest digest=");
  CHECK(shown("company/shop:1.0") == "company/shop tag=1.0 digest=");
  CHECK(shown("127.0.0.1:8080/company/shop") == "company/shop tag=latest digest=");
  CHECK(shown("127.0.0.1:8080/company/shop:1.0") == "company/shop tag=1.0 digest=");
  CHECK(shown("localhost/company/shop:1.0") == "company/shop tag=1.0 digest=");
  CHECK(shown("registry.test/company/shop/web:1.0@" + kDigest) == "company/shop/web tag=1.0 digest=sha256:aaa");
  CHECK(shown("company/shop@" + kDigest) == "company/shop tag= digest=sha256:aaa");
}

TEST_CASE("registry: a wrong reference says which part is wrong") {
  CHECK(shown("company/shop:").find("'' is not a tag") != std::string::npos);
  CHECK(shown("company/shop:a:b").find("'a:b' is not a tag") != std::string::npos);
  CHECK(shown("company/shop@sha256:12").find("the part after '@'") != std::string::npos);
  CHECK(shown("company/shop@" + kDigest + "@" + kDigest).find("the part after '@'") != std::string::npos);
  CHECK(shown("shop").find("expected GROUP/NAME") != std::string::npos);
  CHECK(shown("registry.test/shop").find("expected GROUP/NAME") != std::string::npos);
  CHECK(shown("registry.test").find("expected GROUP/NAME") != std::string::npos);
  CHECK(shown("").find("expected GROUP/NAME") != std::string::npos);
}

TEST_CASE("registry: what stands for the host of a reference must be one") {
  for (const auto* host : {"localhost", "localhost:8080", "a.example", "192.0.2.1:5000", "[::1]:5000", "[2001:db8::1]"})
    CHECK_MESSAGE(parse_reference(std::string(host) + "/company/shop").has_value(), host);
  for (const auto* host : {"{\"a\":1", "a.b c", "a.example:", "a.example:x", "[::1", "[::1]5000", ":80", "a.例子"})
    CHECK_MESSAGE(!parse_reference(std::string(host) + "/company/shop").has_value(), host);
  CHECK(shown("a b:1/company/shop") ==
        "error: image 'a b:1/company/shop': 'a b:1' is not a host (HOST, HOST:PORT or [IPV6]:PORT)");
}
