#include "edge/head.h"

#include <doctest/doctest.h>

#include "edge/framing.h"
#include "edge/peer.h"

namespace sampan::edge {

namespace {

int status_of(std::string_view head) {
  const auto parsed = parse_head(head);
  return parsed ? 200 : parsed.error().status;
}

std::string get(std::string_view target, std::string_view more = "") {
  return fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n", target, more);
}

// The whole body, given `step` bytes at a time; "BROKEN" or "MORE" when it does not end well.
std::string unframe(std::string_view bytes, std::size_t step) {
  auto framing = BodyFraming::chunked();
  std::string body;
  for (std::size_t at = 0; at < bytes.size();) {
    std::string_view in = bytes.substr(at, step);
    while (!in.empty() && !framing.done()) {
      const auto piece = framing.take(in);
      if (framing.broken()) return "BROKEN";
      body += piece.bytes;
      in.remove_prefix(piece.used);
      at += piece.used;
    }
    if (framing.done()) return at == bytes.size() ? body : body + "+REST";
  }
  return "MORE";
}

}  // namespace

TEST_CASE("edge: a head becomes a request with decoded path and query") {
  const auto head =
      parse_head("POST /a%20b/c?x=1&y=%C3%A9+z&x=2 HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nContent-Length: 12\r\n\r\n");
  REQUIRE(head);
  CHECK(head->request.method == Method::post);
  CHECK(head->request.target == "/a%20b/c?x=1&y=%C3%A9+z&x=2");
  CHECK(head->request.path == "/a b/c");
  CHECK(head->request.query.size() == 3);
  CHECK(head->request.find_query("y") == "é z");
  CHECK(head->request.header("x-one") == "1");
  CHECK(head->content_length == 12);
  CHECK(head->keep_alive);
  CHECK(parse_head("GET http://h/p?q HTTP/1.1\r\nHost: h\r\n\r\n")->request.path == "/p");
  CHECK(parse_head("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n")->request.path == "/");
  CHECK_FALSE(parse_head("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")->keep_alive);
  CHECK_FALSE(parse_head("GET / HTTP/1.0\r\n\r\n")->keep_alive);
  CHECK_FALSE(parse_head("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n")->content_length);
}

TEST_CASE("edge: what two readers could take differently is refused") {
  const struct {
    std::string name;
    std::string head;
    int status;
  } table[] = {
      {"plain", get("/"), 200},
      {"two dots inside a name", get("/compare/a...b"), 200},
      {"length and chunked", get("/", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"two different lengths", get("/", "Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
      {"two equal lengths", get("/", "Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
      {"length list", get("/", "Content-Length: 5, 5\r\n"), 400},
      {"length with sign", get("/", "Content-Length: +5\r\n"), 400},
      {"negative length", get("/", "Content-Length: -1\r\n"), 400},
      {"hexadecimal length", get("/", "Content-Length: 0x5\r\n"), 400},
      {"empty length", get("/", "Content-Length: \r\n"), 400},
      {"huge length", get("/", "Content-Length: 99999999999999999999\r\n"), 400},
      {"unknown coding", get("/", "Transfer-Encoding: xchunked\r\n"), 400},
      {"coding list", get("/", "Transfer-Encoding: gzip, chunked\r\n"), 400},
      {"two codings", get("/", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"identity coding", get("/", "Transfer-Encoding: identity\r\n"), 400},
      {"coding with vertical tab", get("/", "Transfer-Encoding: \vchunked\r\n"), 400},
      {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"space before colon", get("/", "X : a\r\n"), 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", get("/", "Host: y\r\n"), 400},
      {"header without name", get("/", ": a\r\n"), 400},
      {"header without colon", get("/", "abc\r\n"), 400},
      {"bare line feed", "GET / HTTP/1.1\nHost: x\n\r\n\r\n", 400},
      {"NUL in value", std::string("GET / HTTP/1.1\r\nHost: x\r\nA: a") + '\0' + "b\r\n\r\n", 400},
      {"encoded slash", get("/a%2Fb"), 400},
      {"encoded slash, small", get("/a%2fb"), 400},
      {"dot-dot", get("/a/../b"), 400},
      {"encoded dot-dot", get("/a/%2e%2E/b"), 400},
      {"dot-dot at the end", get("/a/.."), 400},
      {"encoded NUL", get("/a%00b"), 400},
      {"encoded line feed", get("/a%0Ab"), 400},
      {"encoded NUL in the query", get("/a?b=%00"), 400},
      {"broken escape", get("/a%zz"), 400},
      {"cut escape", get("/a%2"), 400},
      {"target without slash", get("a"), 400},
      {"no target", "GET  HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"space in target", get("/a b"), 400},
      {"unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501},
      {"tunnel", "CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n", 501},
      {"HTTP/2", "GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505},
      {"no protocol", "hello\r\n\r\n", 400},
  };
  for (const auto& row : table) {
    CAPTURE(row.name);
    CHECK(status_of(row.head) == row.status);
  }
}

TEST_CASE("edge: the end of a head is found wherever its bytes are cut") {
  const std::string head = get("/", "A: b\r\n");
  for (std::size_t cut = 0; cut <= head.size(); ++cut) {
    if (cut < head.size()) CHECK(find_head_end(std::string_view(head).substr(0, cut), 0) == std::string_view::npos);
    CHECK(find_head_end(head + "more", std::min(cut, head.size() - 1)) == head.size());
  }
}

TEST_CASE("edge: a chunked body reads the same however it is cut") {
  const std::string good = "4\r\nwiki\r\n5;name=\"v\"\r\npedia\r\nE\r\n in\r\n\r\nchunks.\r\n0\r\nTrailer: x\r\n\r\n";
  for (std::size_t step = 1; step <= good.size(); ++step) CHECK(unframe(good, step) == "wikipedia in\r\n\r\nchunks.");
  CHECK(unframe("0\r\n\r\n", 1) == "");
  CHECK(unframe("0\r\n\r\nGET", 99) == "+REST");
  CHECK(unframe("3\r\nabc\r\n", 1) == "MORE");
}

TEST_CASE("edge: malformed chunks are refused") {
  const std::string_view table[] = {
      "\r\nabc",         "x\r\n",           "-1\r\n",    "+1\r\na\r\n",          "0x1\r\na\r\n",
      "1 \r\na\r\n",     " 1\r\na\r\n",     "1\na\n",    "1\r\nab\r\n",          "1\r\na\n0\r\n",
      "1;a\nb\r\na\r\n", "0\r\nA: b\n\r\n", "1\r\na\rb", "1234567890abcdef\r\n", "0\r\n\rX",
  };
  for (const auto row : table) {
    CAPTURE(row);
    CHECK(unframe(row, 1) == "BROKEN");
    CHECK(unframe(row, 100) == "BROKEN");
  }
  CHECK(unframe("1;" + std::string(9000, 'a') + "\r\na\r\n0\r\n\r\n", 100) == "BROKEN");
  CHECK(unframe("0\r\nA: " + std::string(9000, 'a') + "\r\n\r\n", 100) == "BROKEN");
}

TEST_CASE("edge: the client is the rightmost forwarded address that is no trusted proxy") {
  const auto proxies = TrustedProxies::parse({"10.0.0.0/8", "192.168.1.7", "2001:db8::/33", "unix"}).value();
  CHECK(proxies.client("8.8.8.8", "1.2.3.4") == "8.8.8.8");
  CHECK(proxies.client("10.1.2.3", "") == "10.1.2.3");
  CHECK(proxies.client("10.1.2.3", "6.6.6.6, 1.2.3.4") == "1.2.3.4");
  CHECK(proxies.client("10.1.2.3", "6.6.6.6, 1.2.3.4, 192.168.1.7") == "1.2.3.4");
  CHECK(proxies.client("unix", "1.2.3.4") == "1.2.3.4");
  CHECK(proxies.client("10.1.2.3", "1.2.3.4, nonsense") == "10.1.2.3");
  CHECK(proxies.client("10.1.2.3", "10.0.0.1") == "10.0.0.1");
  CHECK(proxies.trusts("2001:db8:7fff::1"));
  CHECK_FALSE(proxies.trusts("2001:db8:8000::1"));
  CHECK_FALSE(proxies.trusts("192.168.1.8"));
  for (const char* wrong : {"10.0.0.0/33", "10.0.0/8", "host", "::1/129", "10.0.0.0/", "10.0.0.0/8x"}) {
    CAPTURE(wrong);
    CHECK_FALSE(TrustedProxies::parse({wrong}));
  }
}

}  // namespace sampan::edge
