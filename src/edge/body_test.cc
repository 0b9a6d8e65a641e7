#include "base/crypto.h"
#include "edge/testing.h"

namespace sampan::edge {

using namespace testing;

namespace {

struct Spooling {
  TempDir folder = TempDir::create().value();
  std::unique_ptr<HttpServer> server;

  explicit Spooling(std::function<Response(Request)> handle, std::uint64_t limit = 1 << 30) {
    HttpServer::Options options;
    options.spool_folder = folder.path();
    server = serve(std::move(handle), Plan{.kind = BodyKind::spool, .limit = limit}, options);
  }
};

Response digest(Request request) {
  return Response::text(200, request.spooled->sha256 + " " + std::to_string(request.spooled->size));
}

}  // namespace

TEST_CASE("edge: a 300 MB upload is spooled in constant memory") {
  Spooling spooling(digest);
  forget_memory_peak();
  const auto before = memory_peak_kib();
  const std::string piece(1 << 20, 'p');
  Sha256 expected;
  RawClient client(spooling.server->port());
  client.send(fmt::format("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", 300 * piece.size()));
  for (int i = 0; i < 300; ++i) {
    REQUIRE(client.send(piece));
    expected.update(piece);
  }
  CHECK(client.read_answer().body == expected.hex() + " " + std::to_string(300 * piece.size()));
  CHECK(memory_growth_kib(before) < 16 << 10);
}

TEST_CASE("edge: a spooled file goes with the request, unless the handler renamed it away") {
  const auto kept = TempDir::create().value();
  Later<std::string> seen;
  Spooling spooling([&](Request request) {
    seen.give(read_file(request.spooled->path).value());
    if (request.path == "/keep") CHECK(::rename(request.spooled->path.c_str(), (kept.path() + "/file").c_str()) == 0);
    return Response::text(200, "");
  });
  RawClient client(spooling.server->port());
  const std::string body = std::string(kSpooledInMemory, 'a') + "bcd";  // the file is begun by the last of its pieces
  for (const char* path : {"/drop", "/keep"}) {
    client.send(fmt::format("PUT {} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                            path, body.size(), body));
    CHECK(client.read_answer().status == 200);
    CHECK((seen.wait() == body));
  }
  spooling.server->stop();
  CHECK(files_in(spooling.folder.path()) == "");
  CHECK((read_file(kept.path() + "/file").value() == body));
}

TEST_CASE("edge: a small body of the kind that is spooled is held, and makes no file") {
  Later<SpooledFile> seen;
  HttpServer::Options options;
  options.spool_folder = "/nowhere";
  const auto server = serve(
      [&](Request request) {
        seen.give(*request.spooled);
        return Response::text(200, "");
      },
      Plan{.kind = BodyKind::spool}, options);
  RawClient client(server->port());
  for (const auto& body : {std::string(), std::string("abcd"), std::string(kSpooledInMemory, 'm')}) {
    client.send(fmt::format("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{}", body.size(), body));
    CHECK(client.read_answer().status == 200);
    const auto file = seen.wait();
    REQUIRE(file.has_value());
    CHECK(file->path == "");
    CHECK((file->bytes == body));
    CHECK(file->size == body.size());
    CHECK(file->sha256 == sha256_hex(body));
  }
}

TEST_CASE("edge: an upload that ends early or grows too large leaves no file and reaches no handler") {
  Later<int> handled;
  Spooling spooling(
      [&](Request) {
        handled.give(1);
        return Response::text(200, "");
      },
      100'000);
  for (const std::size_t sent : {3, 80'000}) {
    RawClient early(spooling.server->port());
    early.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n" + std::string(sent, 'x'));
  }
  RawClient large(spooling.server->port());
  large.send("PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n186a1\r\n" + std::string(100'001, 'x') +
             "\r\n0\r\n\r\n");
  CHECK(large.read_answer().status == 413);
  spooling.server->stop();
  CHECK(files_in(spooling.folder.path()) == "");
  CHECK(handled.count() == 0);
}

TEST_CASE("edge: what an earlier run left in the spool folder is swept, the rest is not touched") {
  const auto folder = TempDir::create().value();
  for (const char* name : {"upload-old", "other"}) REQUIRE(write_file_durably(folder.path() + "/" + name, "x"));
  HttpServer::Options options;
  options.spool_folder = folder.path();
  const auto server = serve(digest, {}, options);
  CHECK(files_in(folder.path()) == "other\n");
}

TEST_CASE("edge: a spool folder that cannot be written is an answer, not a hang") {
  HttpServer::Options options;
  options.spool_folder = "/nowhere";
  const auto server = serve(digest, Plan{.kind = BodyKind::spool}, options);
  RawClient client(server->port());
  client.send("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" + std::string(70'000, 'x'));
  CHECK(client.read_answer().status == 500);
}

TEST_CASE("edge: a part of a file is sent exactly, whatever its size") {
  const auto folder = TempDir::create().value();
  std::string bytes(3'000'017, ' ');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 + i / 251);
  REQUIRE(write_file_durably(folder.path() + "/f", bytes));
  const auto server = serve([&](Request request) {
    Response response;
    response.body = file_body(folder.path() + "/f", std::stoull(std::string(*request.find_query("from"))),
                              std::stoull(std::string(*request.find_query("size"))));
    return response;
  });
  RawClient client(server->port());
  const std::pair<int, int> parts[] = {{0, 3'000'017}, {1, 1},  {65'535, 65'537},
                                       {3'000'016, 1}, {17, 0}, {2'999'000, 1'017}};
  for (const auto& [from, size] : parts) {
    const auto answer = client.get(fmt::format("/f?from={}&size={}", from, size));
    CHECK(answer.header("content-length") == std::to_string(size));
    CHECK((answer.body == bytes.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(size))));
  }
  // A file shorter than it was said to be cannot be mended: the connection ends, and the client sees too few bytes.
  const auto cut = client.get("/f?from=3000000&size=100");
  CHECK_FALSE(cut.complete);
  CHECK(cut.body.size() == 17);
}

TEST_CASE("edge: a large text answer reaches a slow reader whole") {
  const std::string text(20 << 20, 't');
  const auto server = serve([&](Request) { return Response::text(200, text); });
  RawClient slow(server->port());
  slow.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  RawClient quick(server->port());
  CHECK(quick.get("/").body.size() == text.size());  // is not kept waiting
  CHECK(slow.read_answer().body.size() == text.size());
}

}  // namespace sampan::edge
