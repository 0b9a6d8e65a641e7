#include <zlib.h>

#include "base/crypto.h"
#include "edge/testing.h"

namespace sampan::edge {

using namespace testing;

namespace {

struct Ended {
  bool completed = false;
  Exit exit;
};

struct Piping {
  Later<Ended> ended;
  std::unique_ptr<HttpServer> server;
  explicit Piping(std::vector<std::string> argv, std::uint64_t limit = 1ull << 40, HttpServer::Options options = {}) {
    server = serve(
        [this, argv](Request) {
          Response response;
          response.headers.emplace_back("Content-Type", "application/x-test");
          response.body = process_body(argv, [this](bool completed, Exit exit) { ended.give({completed, exit}); });
          return response;
        },
        Plan{.kind = BodyKind::pipe, .limit = limit}, options);
  }
};

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out;
  out.resize(bytes.size() + 1024);  // more than deflate ever needs for one stream of this size
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.erase(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::string post(std::string_view body, std::string_view more = "") {
  return fmt::format("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), more, body);
}

}  // namespace

TEST_CASE("edge: 200 MB go through a process both ways in constant memory") {
  Piping piping({"cat"});
  forget_memory_peak();
  const auto before = memory_peak_kib();
  RawClient client(piping.server->port());
  const std::string piece(1 << 20, 'x');
  std::jthread sender([&] {
    client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 200; ++i)
      client.send(fmt::format("{:x}\r\n", piece.size())) && client.send(piece) && client.send("\r\n");
    client.send("0\r\n\r\n");
  });
  CHECK(client.read_until("\r\n\r\n").find("application/x-test") != std::string::npos);
  std::size_t total = 0;
  std::string seen = "?";
  while (!seen.ends_with("\r\n0\r\n\r\n") && client.fill()) {
    const auto got = client.take();
    total += static_cast<std::size_t>(std::count(got.begin(), got.end(), 'x'));
    seen = (seen + got).substr(std::max<std::size_t>(seen.size() + got.size(), 16) - 16);
  }
  CHECK(total == 200 * piece.size());
  const auto ended = piping.ended.wait();
  REQUIRE(ended);
  CHECK(ended->completed);
  CHECK(ended->exit.code == 0);
  CHECK(memory_growth_kib(before) < 16 << 10);
}

TEST_CASE("edge: what a process says in bulk comes byte for byte, in chunks and without them") {
  Piping piping({"cat"});
  std::string body;
  for (int i = 0; body.size() < 3 << 20; ++i) body += fmt::format("line {}\r\n", i);
  RawClient client(piping.server->port());
  std::jthread sender([&] { client.send(post(body)); });
  CHECK(client.read_answer().body == body);
  sender.join();
  client.send(post("and something short"));
  CHECK(client.read_answer().body == "and something short");
  RawClient old(piping.server->port());
  std::jthread other(
      [&] { old.send(fmt::format("POST / HTTP/1.0\r\nContent-Length: {}\r\n\r\n{}", body.size(), body)); });
  CHECK(old.read_all().ends_with("\r\n\r\n" + body));
}

TEST_CASE("edge: the connection lives on after a process, and on_done has run before the answer ends") {
  Piping piping({"cat"});
  RawClient client(piping.server->port());
  for (int i = 0; i < 20; ++i) {
    client.send(post("round " + std::to_string(i)));
    CHECK(client.read_answer().body == "round " + std::to_string(i));
    CHECK(piping.ended.count() == 1);
    CHECK(piping.ended.wait()->completed);
  }
}

TEST_CASE("edge: back pressure: a client that sends without reading stops, and vanishing ends the process, once") {
  Piping piping({"cat"});
  {
    RawClient client(piping.server->port());
    const timeval limit{0, 300'000};
    ::setsockopt(client.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
    const std::string piece(1 << 16, 'x');
    std::size_t sent = 0;
    while (sent < (200u << 20) && client.send(piece)) sent += piece.size();
    CHECK(sent < 64u << 20);  // what fits into the sockets' and pipes' buffers
  }
  const auto ended = piping.ended.wait();
  REQUIRE(ended);
  CHECK_FALSE(ended->completed);
  piping.server->stop();
  CHECK(piping.ended.count() == 0);
}

TEST_CASE("edge: a client that vanishes while the process thinks is noticed") {
  Later<int> killed;
  const auto server = serve(
      [&](Request) {
        Response response;
        auto in = make_pipe().value();
        auto out = make_pipe().value();
        auto child = std::make_shared<Child>(
            Child::spawn({.argv = {"sleep", "1000"}}, {.in = in.first, .out = out.second}).value());
        ::close(in.first);
        ::close(out.second);
        response.body = ProcessBody{in.second, out.first, [child, &killed](bool) {
                                      child->signal(SIGKILL);
                                      killed.give(child->wait().signal);
                                    }};
        return response;
      },
      Plan{.kind = BodyKind::pipe});
  {
    RawClient client(server->port());
    client.send(post("all of it"));
  }
  CHECK(killed.wait() == SIGKILL);
}

TEST_CASE("edge: a client that stops reading is cut after the stall limit, a process that thinks is not") {
  HttpServer::Options options;
  options.limits.body_stall = 300ms;
  Piping greedy({"cat", "/dev/zero"}, 1000, options);
  RawClient deaf(greedy.server->port());
  deaf.send(post("x"));
  const auto cut = greedy.ended.wait();
  REQUIRE(cut);
  CHECK_FALSE(cut->completed);
  Piping slow({"sleep", "0.9"}, 1000, options);
  RawClient patient(slow.server->port());
  patient.send(post("x"));
  CHECK(patient.read_answer().status == 200);
  CHECK(slow.ended.wait()->completed);
}

TEST_CASE("edge: a gzip body is inflated for the process, however it is cut and however much it grows") {
  Piping piping({"sha256sum"});
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += fmt::format("line {}\n", i * 7919);
  const std::string packed = gzip(text);
  RawClient client(piping.server->port());
  client.send(post(packed, "Content-Encoding: gzip\r\n"));
  CHECK(client.read_answer().body == sha256_hex(text) + "  -\n");
  const std::string two = gzip("first ") + gzip("second");
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Encoding: x-gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (const char c : two) client.send(fmt::format("1\r\n{}\r\n", c));
  client.send("0\r\n\r\n");
  CHECK(client.read_answer().body == sha256_hex("first second") + "  -\n");
  forget_memory_peak();
  const std::string zeros(100 << 20, '\0');
  const std::string bomb = gzip(zeros);
  const auto before = memory_peak_kib();
  client.send(post(bomb, "Content-Encoding: gzip\r\n"));
  CHECK(client.read_answer().body == sha256_hex(zeros) + "  -\n");
  CHECK(memory_growth_kib(before) < 8 << 10);
}

TEST_CASE("edge: a damaged, cut or unknown encoding is refused and the process is told") {
  Piping piping({"sha256sum"});
  const std::string packed = gzip("some text that is long enough");
  for (const auto& body : {std::string("not gzip at all"), packed.substr(0, packed.size() - 9), packed + "garbage"}) {
    RawClient client(piping.server->port());
    client.send(post(body, "Content-Encoding: gzip\r\n"));
    CHECK(client.read_answer().status == 400);
    CHECK_FALSE(piping.ended.wait()->completed);
  }
  RawClient client(piping.server->port());
  client.send(post("x", "Content-Encoding: br\r\n"));
  CHECK(client.read_answer().status == 415);
}

TEST_CASE("edge: a process that does not read its input still answers") {
  Piping piping({"echo", "no thanks"});
  RawClient polite(piping.server->port());
  polite.send(post(std::string(5 << 20, 'x')));
  CHECK(polite.read_answer().body == "no thanks\n");
  RawClient endless(piping.server->port());  // its body never ends: the answer still does, and the connection with it
  endless.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  CHECK(endless.read_answer().body == "no thanks\n");
  CHECK(endless.at_end());
}

TEST_CASE("edge: a body over the limit of a piped route is refused and the process is told") {
  Piping piping({"sha256sum"}, 1000);
  RawClient client(piping.server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') +
              "\r\n0\r\n\r\n");
  CHECK(client.read_answer().status == 413);
  CHECK_FALSE(piping.ended.wait()->completed);
}

TEST_CASE("edge: HEAD of a process, HTTP/1.0, and a client that waits for 100") {
  Piping piping({"cat"});
  RawClient client(piping.server->port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_answer(true).status == 200);
  CHECK_FALSE(piping.ended.wait()->completed);
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  CHECK(client.read_answer().body == "abc");
  RawClient old(piping.server->port());
  old.send("POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nold");
  CHECK(old.read_all().ends_with("\r\n\r\nold"));
}

}  // namespace sampan::edge
