#include "edge/listener.h"
#include "edge/testing.h"

namespace sampan::edge {

using namespace testing;

namespace {

Response echo(Request request) {
  return Response::text(200, fmt::format("{} {} {}", to_text(request.method), request.path, request.body));
}

std::string post(std::string_view body, std::string_view more = "") {
  return fmt::format("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), more, body);
}

}  // namespace

TEST_CASE("edge: a connection serves many requests") {
  const auto server = serve(echo);
  RawClient client(server->port());
  for (int i = 0; i < 100; ++i) {
    const auto answer = client.get("/n/" + std::to_string(i));
    CHECK(answer.status == 200);
    CHECK(answer.body == fmt::format("GET /n/{} ", i));
    CHECK(answer.header("content-type") == "text/plain; charset=utf-8");
    CHECK(answer.header("date").ends_with(" GMT"));
  }
}

TEST_CASE("edge: pipelined requests are answered in order, also cut at any byte") {
  const auto server = serve(echo);
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += i % 2 ? post("body" + std::to_string(i)) : fmt::format("\r\nGET /{} HTTP/1.1\r\nHost: x\r\n\r\n", i);
  // Step 1 also cuts the empty line before a head in two: its \r alone was once taken for the begin of the head.
  for (const std::size_t step : {all.size(), std::size_t{1000}, std::size_t{7}, std::size_t{1}}) {
    RawClient client(server->port());
    std::jthread sender([&] {
      for (std::size_t at = 0; at < all.size(); at += step) client.send(std::string_view(all).substr(at, step));
    });
    for (int i = 0; i < 200; ++i) {
      CHECK(client.read_answer().body == (i % 2 ? fmt::format("POST /p body{}", i) : fmt::format("GET /{} ", i)));
    }
  }
}

TEST_CASE("edge: a refused head is answered with its reason and ends the connection") {
  const auto server = serve(echo);
  const struct {
    std::string bytes;
    int status;
  } table[] = {
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled "
       "HTTP/1.1\r\nHost: x\r\n\r\n",
       400},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET /a%2fb HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(70'000, 'a') + "\r\n\r\n", 431},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(500'000, 'a'), 431},
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
  };
  for (const auto& row : table) {
    CAPTURE(row.bytes.substr(0, 60));
    RawClient client(server->port());
    client.send(row.bytes);
    const auto answer = client.read_answer();
    CHECK(answer.status == row.status);
    CHECK(answer.header("connection") == "close");
    CHECK(answer.body.starts_with(R"({"error":{"code":")"));
    CHECK(client.at_end());
  }
}

TEST_CASE("edge: HEAD is answered without a body, with the length of the GET") {
  const auto server = serve([](Request request) {
    if (request.path == "/stated") return Response::empty(200).set("Content-Length", "77");
    return echo(std::move(request));
  });
  RawClient client(server->port());
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_answer(true).header("content-length") == "8");
  client.send("HEAD /stated HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.read_answer(true).header("content-length") == "77");
  CHECK(client.get("/b").body == "GET /b ");
}

TEST_CASE("edge: answers without a body by rule have none, and no length") {
  const auto server = serve([](Request) { return Response::text(204, "never sent"); });
  RawClient client(server->port());
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.get("/");
    CHECK(answer.status == 204);
    CHECK(answer.header("content-length").empty());
  }
}

TEST_CASE("edge: a line break in a header value cannot start another header") {
  const auto server =
      serve([](Request) { return Response::text(200, "x").set("X-A", "1\r\nX-B: 2").set("bad name", "3"); });
  RawClient client(server->port());
  const auto answer = client.get("/");
  CHECK(answer.header("x-a") == "1  X-B: 2");
  CHECK(answer.header("x-b").empty());
  CHECK(answer.headers.size() == 4);
}

TEST_CASE("edge: a client that waits for 100 gets it before it sends") {
  const auto server = serve(echo);
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("abc");
    CHECK(client.read_answer().body == "POST /p abc");
  }
}

TEST_CASE("edge: chunked request bodies, also of HTTP/1.0 answers that close") {
  const auto server = serve(echo);
  RawClient client(server->port());
  client.send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  CHECK(client.read_answer().body == "POST /p abcde");
  RawClient old(server->port());
  old.send("GET /old HTTP/1.0\r\n\r\n");
  CHECK(old.read_all().ends_with("\r\n\r\nGET /old "));
}

TEST_CASE("edge: a body over the limit is 413 with the limit in the sentence") {
  const auto server = serve(echo, Plan{.limit = 2048});
  RawClient known(server->port());
  known.send(post(std::string(2049, 'x')));
  auto answer = known.read_answer();
  CHECK(answer.status == 413);
  CHECK(answer.body.find("2048 bytes (2 KiB)") != std::string::npos);
  CHECK(known.get("/next").status == 200);  // a small rest is dropped and the connection lives on
  RawClient waiting(server->port());
  waiting.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\nExpect: 100-continue\r\n\r\n");
  CHECK(waiting.read_answer().status == 413);
  CHECK(waiting.at_end());
  RawClient chunked(server->port());
  chunked.send("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  std::jthread sender([&] {
    while (chunked.send(fmt::format("{:x}\r\n{}\r\n", 1000, std::string(1000, 'x')))) {
    }
  });
  CHECK(chunked.read_answer().status == 413);
  ::shutdown(chunked.fd(), SHUT_RDWR);  // ends the sender
}

TEST_CASE("edge: a plan's answer is sent without asking the handler") {
  const auto server = serve({}, Dispatcher{[](const Request& request) {
                                             Plan plan;
                                             if (request.path == "/no") plan.answer = Response::text(401, "who?");
                                             if (request.path == "/throws") throw std::runtime_error("route");
                                             return plan;
                                           },
                                           [](Request request) {
                                             if (request.path == "/handler") throw std::runtime_error("handler");
                                             return echo(std::move(request));
                                           }});
  RawClient client(server->port());
  client.send("POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(client.read_answer().body == "who?");
  CHECK(client.get("/throws").status == 500);
  CHECK(client.get("/handler").status == 500);
  CHECK(client.get("/yes").status == 200);
}

TEST_CASE("edge: a head that comes a byte at a time is cut at the limit, not at the last byte plus the limit") {
  HttpServer::Options options;
  options.limits.header_time = 500ms;
  const auto server = serve(echo, {}, options);
  RawClient client(server->port());
  const auto begin = std::chrono::steady_clock::now();
  std::jthread dripping([&](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    client.send("GET / HTTP/1.1\r\nX: ");
    while (!stop.stop_requested() && client.send("a")) never.wait_for(lock, stop, 50ms, [] { return false; });
  });
  CHECK(client.read_answer().status == 408);
  CHECK(client.at_end());
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
}

TEST_CASE("edge: a TLS client on a plain port is told at once, not after the head's time limit") {
  HttpServer::Options options;
  options.limits.header_time = 60s;
  const auto server = serve(echo, {}, options);
  RawClient client(server->port());
  client.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  CHECK(client.read_answer().status == 400);
  CHECK(client.at_end());
}

TEST_CASE("edge: idle connections are closed, stalled bodies are answered 408") {
  HttpServer::Options options;
  options.limits.idle_time = options.limits.body_stall = 300ms;
  const auto server = serve(echo, {}, options);
  RawClient idle(server->port());
  CHECK(idle.get("/").status == 200);
  CHECK(idle.at_end());
  RawClient stalled(server->port());
  stalled.send("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  CHECK(stalled.read_answer().status == 408);
}

TEST_CASE("edge: more requests than workers and queue are answered 503 at once") {
  Later<int> begun;
  std::mutex gate;
  gate.lock();
  HttpServer::Options options;
  options.worker_threads = 2;
  options.queue_limit = 3;
  const auto server = serve(
      [&](Request) {
        begun.give(1);
        std::lock_guard wait(gate);
        return Response::text(200, "late");
      },
      {}, options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.emplace_back(server->port()).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    if (i < 2) REQUIRE(begun.wait());  // the workers are busy before the queue fills
  }
  const auto refused = wait_readable(clients, 15);
  CHECK(refused.size() == 15);
  for (auto* client : refused) {
    const auto answer = client->read_answer();
    CHECK(answer.status == 503);
    CHECK(answer.header("retry-after") == "1");
    CHECK(answer.header("connection").empty());
  }
  gate.unlock();
  for (auto& client : clients) {
    if (std::find(refused.begin(), refused.end(), &client) == refused.end()) CHECK(client.read_answer().body == "late");
  }
}

TEST_CASE("edge: connections past the limit wait until one ends") {
  HttpServer::Options options;
  options.limits.connections = 2;
  const auto server = serve(echo, {}, options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) clients.emplace_back(server->port()).send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(clients[0].read_answer().status == 200);
  CHECK(clients[1].read_answer().status == 200);
  pollfd third{clients[2].fd(), POLLIN, 0};
  CHECK(::poll(&third, 1, 300) == 0);
  ::shutdown(clients[0].fd(), SHUT_RDWR);
  CHECK(clients[2].read_answer().status == 200);
}

TEST_CASE("edge: a Unix socket serves too, replaces a stale one and refuses a living one") {
  const auto folder = TempDir::create().value();
  HttpServer::Options options;
  options.address = "";
  options.unix_socket = folder.path() + "/s";
  const auto address = [](Request request) { return Response::text(200, request.remote_address); };
  {
    Fd stale(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, options.unix_socket.data(), options.unix_socket.size());
    REQUIRE(::bind(stale.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0);
  }
  const auto server = serve(address, {}, options);
  CHECK(server->port() == 0);
  RawClient client(options.unix_socket);
  CHECK(client.get("/").body == "unix");
  const auto second = HttpServer::start(options, Dispatcher{[](const Request&) { return Plan(); }, address});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Errc::unavailable);
  server->stop();
  CHECK_FALSE(exists(options.unix_socket));
}

TEST_CASE("edge: what stays on the machine is not paced") {
  auto bound = listen_tcp("127.0.0.1", 0).value();
  const auto algorithm_of = [](int socket) {
    std::array<char, 16> name{};
    socklen_t size = name.size();
    REQUIRE(::getsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, name.data(), &size) == 0);
    return std::string(name.data());
  };
  // What is accepted begins with this one, so that also where Reno is the kernel's own the change is seen.
  ::setsockopt(bound.socket.get(), IPPROTO_TCP, TCP_CONGESTION, "cubic", 5);
  std::vector<std::string> algorithms;
  RawClient client(bound.port);
  Listener listener(
      std::move(bound.socket), [&] { return algorithms.empty(); },
      [&](const Fd& socket, const std::string& peer) {
        CHECK(peer == "127.0.0.1");
        algorithms.push_back(algorithm_of(socket.get()));
      });
  listener.on_ready(listener.fd(), 0);
  CHECK(algorithms == std::vector<std::string>{"reno"});
}

TEST_CASE("edge: only a trusted proxy is believed about the client") {
  HttpServer::Options options;
  options.trusted_proxies = {"127.0.0.0/8"};
  const auto tell = [](Request request) {
    return Response::text(200, request.remote_address + (request.tls ? " tls" : ""));
  };
  const auto trusting = serve(tell, {}, options);
  const auto wary = serve(tell);
  // The client's own line comes first, the proxy's second: the first must not win.
  const std::string request =
      "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: "
      "https\r\n\r\n";
  RawClient a(trusting->port()), b(wary->port());
  a.send(request);
  b.send(request);
  CHECK(a.read_answer().body == "1.2.3.4 tls");
  CHECK(b.read_answer().body == "127.0.0.1");
}

TEST_CASE("edge: what cannot be started says why") {
  const Dispatcher dispatcher{[](const Request&) { return Plan(); }, echo};
  const auto error_of = [&](HttpServer::Options options) {
    auto server = HttpServer::start(std::move(options), dispatcher);
    return server ? Error{} : server.error();
  };
  const auto taken = serve(echo);
  CHECK(error_of({.port = taken->port()}).code == Errc::unavailable);
  CHECK(error_of({.address = "localhost"}).code == Errc::invalid);
  CHECK(error_of({.certificate_file = "/nowhere"}).code == Errc::invalid);
  CHECK(error_of({.certificate_file = "/nowhere", .key_file = "/nowhere"}).code == Errc::invalid);
  CHECK(error_of({.trusted_proxies = {"x"}}).code == Errc::invalid);
  CHECK(error_of({.unix_socket = "/tmp"}).code == Errc::invalid);
}

TEST_CASE("edge: stop lets running answers finish and ends idle connections") {
  Later<int> begun;
  std::mutex gate;
  gate.lock();
  auto server = serve([&](Request) {
    begun.give(1);
    std::lock_guard wait(gate);
    return Response::text(200, "done");
  });
  RawClient idle(server->port()), busy(server->port());
  busy.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /pipelined HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(begun.wait());
  std::jthread stopping([&] { server->stop(); });
  CHECK(idle.at_end());
  gate.unlock();
  const auto answer = busy.read_answer();
  CHECK(answer.body == "done");
  CHECK(answer.header("connection") == "close");
  CHECK(busy.at_end());
}

TEST_CASE("edge: stop cuts what takes longer than its limit") {
  HttpServer::Options options;
  options.limits.stop_time = 200ms;
  Later<bool> ended;
  auto server = serve({options}, Dispatcher{[](const Request&) { return Plan{.kind = BodyKind::pipe}; },
                                            [&](Request) {
                                              Response response;
                                              response.body = process_body(
                                                  {"cat"}, [&](bool completed, Exit) { ended.give(completed); });
                                              return response;
                                            }});
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
  CHECK(client.read_until("hi") != "");
  server->stop();
  CHECK(ended.wait() == false);
  CHECK(ended.count() == 0);
}

}  // namespace sampan::edge
