#include "edge/live_stream.h"
#include "edge/testing.h"

namespace sampan::edge {

using namespace testing;

namespace {

struct Streaming {
  Later<std::shared_ptr<EventStream>> started;
  std::unique_ptr<HttpServer> server;
  explicit Streaming(HttpServer::Options options = {}) {
    server = serve(
        [this](Request request) {
          if (request.path == "/text") return Response::text(200, "text");
          Response response;
          response.body = StreamBody{[this](std::shared_ptr<EventStream> stream) { started.give(std::move(stream)); }};
          return response;
        },
        {}, options);
  }
  std::shared_ptr<EventStream> open(RawClient& client) {
    client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    auto stream = started.wait();
    REQUIRE(stream);
    return *stream;
  }
};

}  // namespace

TEST_CASE("edge: an event is written as the standard wants it, and its text cannot forge fields") {
  CHECK(format_event("", "hello", "") == "data: hello\n\n");
  CHECK(format_event("run", "a\nb\r\nc\rd", "7") == "id: 7\nevent: run\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(format_event("x\nid: 9", "", "1\n2") == "id: 12\nevent: xid: 9\ndata: \n\n");
  CHECK(format_event("", "ends\n", "") == "data: ends\ndata: \n\n");
}

TEST_CASE("edge: events reach the client in order, from several threads, and close ends the stream") {
  Streaming streaming;
  RawClient client(streaming.server->port());
  const auto stream = streaming.open(client);
  {
    std::vector<std::jthread> senders;
    for (int t = 0; t < 4; ++t) {
      senders.emplace_back([&, t] {
        for (int i = 0; i < 500; ++i) CHECK(stream->send(std::to_string(t), std::to_string(i), ""));
      });
    }
  }
  stream->close();
  CHECK_FALSE(stream->send("", "after", ""));
  const auto answer = client.read_answer();
  CHECK(answer.header("content-type") == "text/event-stream");
  int next[4] = {};
  for (const auto& line : split(answer.body, '\n')) {
    static int thread = 0;
    if (line.starts_with("event: ")) thread = line[7] - '0';
    if (line.starts_with("data: ")) CHECK(line.substr(6) == std::to_string(next[thread]++));
  }
  for (const int count : next) CHECK(count == 500);
  CHECK(client.get("/text").body == "text");  // the connection lives on
}

TEST_CASE("edge: a client that leaves closes its stream and on_close runs once") {
  Streaming streaming;
  Later<int> closed;
  std::shared_ptr<EventStream> stream;
  {
    RawClient client(streaming.server->port());
    stream = streaming.open(client);
    stream->on_close([&] { closed.give(1); });
    CHECK_FALSE(stream->closed());
  }
  REQUIRE(closed.wait());
  CHECK(stream->closed());
  CHECK_FALSE(stream->send("", "x", ""));
  stream->close();
  streaming.server->stop();
  CHECK(closed.count() == 0);
  stream->on_close([&] { closed.give(2); });  // already closed: at once
  CHECK(closed.count() == 1);
}

TEST_CASE("edge: idle streams get comments, and a stream nobody holds ends") {
  HttpServer::Options options;
  options.limits.stream_keepalive = 200ms;
  Streaming streaming(options);
  RawClient client(streaming.server->port());
  auto stream = streaming.open(client);
  client.read_until(":\n\n");
  client.read_until(":\n\n");
  CHECK_FALSE(stream->closed());
  stream.reset();
  CHECK(client.read_until("\r\n0\r\n\r\n") != "");
}

TEST_CASE("edge: a reader too slow for the backlog is cut, without waiting for it") {
  Streaming streaming;
  RawClient client(streaming.server->port());
  const auto stream = streaming.open(client);
  Later<int> closed;
  stream->on_close([&] { closed.give(1); });
  const std::string data(10'000, 'e');
  int sent = 0;
  while (sent < 100'000 && stream->send("", data)) ++sent;
  CHECK(sent < 2000);  // the backlog and the kernel's buffers
  CHECK(closed.wait());
  client.read_all();  // ends: the server closed
  CHECK_FALSE(client.timed_out());
}

TEST_CASE("edge: stop ends streams properly") {
  Streaming streaming;
  RawClient client(streaming.server->port());
  const auto stream = streaming.open(client);
  stream->send("", "last words");
  streaming.server->stop();
  CHECK(stream->closed());
  const auto answer = client.read_answer();
  CHECK(answer.complete);
  CHECK(answer.body == "data: last words\n\n");
  CHECK(client.at_end());
  streaming.server.reset();
  CHECK_FALSE(stream->send("", "to nobody", ""));  // whoever still holds it outlived the server
}

TEST_CASE("edge: 200 idle streams hold no worker, and a flood past the queue gets 503 while they go on") {
  Later<std::shared_ptr<EventStream>> started;
  Later<int> begun;
  std::mutex gate;
  HttpServer::Options options;
  options.worker_threads = 2;
  options.queue_limit = 8;
  const auto server = serve(
      [&](Request request) {
        Response response;
        if (request.path == "/events") {
          response.body = StreamBody{[&](std::shared_ptr<EventStream> stream) { started.give(std::move(stream)); }};
        } else if (request.path == "/wait") {
          begun.give(1);
          std::lock_guard wait(gate);
        }
        return response;
      },
      {}, options);
  std::vector<RawClient> readers;
  std::vector<std::shared_ptr<EventStream>> streams;
  for (int i = 0; i < 200; ++i) {
    readers.emplace_back(server->port()).send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    auto stream = started.wait();
    REQUIRE(stream);
    streams.push_back(*stream);
  }
  RawClient quick(server->port());
  CHECK(quick.get("/quick").status == 200);
  gate.lock();
  std::vector<RawClient> flood;
  for (int i = 0; i < 30; ++i) {
    flood.emplace_back(server->port()).send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    if (i < 2) REQUIRE(begun.wait());
  }
  CHECK(wait_readable(flood, 20).size() == 20);  // two run, eight wait
  for (int i = 0; i < 300; ++i) CHECK(quick.get("/quick").status == 503);
  for (auto& stream : streams) CHECK(stream->send("", "still here"));
  for (auto& reader : readers) CHECK(reader.read_until("still here\n\n") != "");
  gate.unlock();
  int answered = 0;
  for (auto& client : flood) answered += client.read_answer().status == 200 ? 1 : 0;
  CHECK(answered == 10);
}

}  // namespace sampan::edge
