#include "deliver/local/proxy_config.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "base/files.h"
#include "base/testing.h"
#include "deliver/cutover.h"
#include "deliver/local/probe.h"
#include "deliver/local/probe_text.h"

using namespace sampan;
using namespace sampan::deliver;

TEST_CASE("deliver: an answer to a probe is one only with a status of three digits") {
  const auto read = [](std::string_view data) {
    ProbeAnswer answer;
    read_answer(data, answer);
    return fmt::format("{} {} {}", answer.ok, answer.status, answer.body);
  };
  CHECK(read("HTTP/1.1 204 No\r\n\r\nbody") == "true 204 body");
  CHECK(read("HTTP/1.0 503\r\n") == "false 503 ");
  for (const char* wrong :
       {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 -20", "HTTP/1.1 abc", "HTTP/2 200 OK"})
    CHECK(read(wrong) == "false 0 not an HTTP answer");
}

TEST_CASE("proxy: the configuration names each service, its port and its servers, drained ones without weight") {
  const auto text = proxy_config(
      {{"shop-daily", 8101, {{"a", "10.89.0.2:8080", false}, {"b", "10.89.0.3:8080", true}}}}, {"/s", "/l"});
  CHECK(text.find("frontend in-shop-daily\n  bind *:8101\n") != std::string::npos);
  CHECK(text.find("server a 10.89.0.2:8080 weight 10") != std::string::npos);
  CHECK(text.find("server b 10.89.0.3:8080 weight 0") != std::string::npos);
  CHECK(text.find("disable-l7-retry unless METH_GET") != std::string::npos);
}

TEST_CASE("proxy: counters are found by the names of their columns, whatever their order") {
  const auto all = parse_stat(
      "# "
      "svname,pxname,scur,stot,hrsp_5xx,qcur,rate,\na,shop,2,10,1,0,3,\nBACKEND,shop,2,15,4,1,7,\nFRONTEND,in-shop,9,9,"
      "9,0,0,\n");
  REQUIRE(all.size() == 1);
  const auto& shop = all.at("shop");
  CHECK(shop.requests == 15);
  CHECK(shop.failed == 4);
  CHECK(shop.queued == 1);
  CHECK(shop.open_by_instance.at("a") == 2);
  CHECK(parse_stat("").empty());
  CHECK(parse_stat("garbage\n,,,\n").empty());
}

TEST_CASE("proxy: what it serves is compared with what it should, drained servers and those out of service too") {
  const std::string head = "# pxname,svname,status,weight,\nin-shop,FRONTEND,OPEN,,\n", whole = "shop,BACKEND,UP,10,\n";
  const std::vector<ProxyService> wanted = {{"shop", 1, {{"a", "", false}, {"b", "", true}}}};
  CHECK(serves(head + "shop,a,no check,10,\nshop,b,DRAIN,10,\n" + whole, wanted));
  CHECK(serves(head + "shop,a,no check,10,\nshop,b,no check,0,\n" + whole, wanted));
  CHECK(!serves(head + "shop,a,no check,10,\nshop,b,no check,10,\n" + whole, wanted));
  CHECK(!serves(head + "shop,a,MAINT,10,\nshop,b,DRAIN,10,\n" + whole, wanted));
  CHECK(!serves(head + "shop,a,no check,10,\n" + whole, wanted));
  CHECK(!serves(head + "shop,a,no check,10,\nshop,b,DRAIN,10,\nshop,c,no check,10,\n" + whole, wanted));
  CHECK(!serves(head, wanted));
  CHECK(!serves(head + whole, {}));
  CHECK(serves("", {}));
}

TEST_CASE("proxy: only failures of a service are kept from its log") {
  const auto failure =
      parse_failure("<134>Nov 24 haproxy[1]: sampan|1700000000.250|503|SC--|shop|<NOSRV>|-1/-1/-1|GET|/orders|1\n");
  REQUIRE(failure);
  CHECK(failure->first == "shop");
  CHECK(failure->second.status == 503);
  CHECK(failure->second.path == "/orders|1");
  CHECK(to_micros(failure->second.at) == 1700000000250000);
  CHECK(!parse_failure("sampan|1700000000.250|404|----|shop|a|0/0/2|GET|/"));
  CHECK(!parse_failure("something else"));
}

TEST_CASE("proxy: how long an answer took is read from its log, of what was answered well only") {
  const auto answered = parse_answered("<134>Nov 24 haproxy[1]: sampan|1700000000.250|200|----|shop|a|3/1/40|GET|/");
  REQUIRE(answered);
  CHECK(answered->service == "shop");
  CHECK(answered->took == std::chrono::milliseconds(44));
  CHECK(!parse_answered("sampan|1700000000.250|503|SC--|shop|a|3/1/40|GET|/"));
  CHECK(!parse_answered("sampan|1700000000.250|400|CR--|shop|<NOSRV>|-1/-1/-1|GET|/"));
  CHECK(!parse_answered("sampan|1700000000.250|200|----|shop|a|GET|/"));  // as an earlier version had it
}

TEST_CASE("proxy: counters that began anew are counted from zero") {
  CHECK(grown(10, 25) == 15);
  CHECK(grown(100, 3) == 3);
}

TEST_CASE("log: the texts of podman's form and of docker's, the last lines only") {
  const auto folder = sampan::testing::must(TempDir::create());
  const auto file = folder.path() + "/log";
  sampan::testing::must(write_file_durably(
      file, "2026-11-24T13:00:00.5+00:00 stdout F one\n2026-11-24T13:00:01.5+00:00 stderr F two words\n"));
  CHECK(sampan::testing::must(tail_of_log(file, 1)) == "two words\n");
  sampan::testing::must(write_file_durably(file, R"({"log":"one\n","stream":"stdout","time":"t"})"
                                                 "\n"
                                                 R"({"log":"{\"two\": 2}\n","stream":"stderr","time":"t"})"
                                                 "\n"));
  CHECK(sampan::testing::must(tail_of_log(file, 1)) == "{\"two\": 2}\n");
  CHECK(sampan::testing::must(tail_of_log(file, 9)) == "one\n{\"two\": 2}\n");
}

TEST_CASE("probe: nobody listening is an answer with a reason, within its time limit") {
  Probe probe;
  probe.timeout = std::chrono::milliseconds(300);
  const auto answer = probe_address({"127.0.0.1", 1, probe}, SystemClock());
  CHECK(!answer.ok);
  CHECK(answer.status == 0);
  CHECK(answer.body.find("connect") != std::string::npos);
}

TEST_CASE("probe: an answer is whole by its length, also when the connection stays open") {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener, 4) == 0);
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  const std::vector<std::string> answers = {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                                            "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n"};
  std::vector<Fd> open;
  std::thread server([&] {
    for (const auto& answer : answers) {
      open.emplace_back(::accept(listener, nullptr, nullptr));
      CHECK(::send(open.back().get(), answer.data(), answer.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(answer.size()));
    }
  });
  Probe probe;
  probe.timeout = std::chrono::seconds(10);
  const auto began = std::chrono::steady_clock::now();
  std::vector<int> statuses;
  for (std::size_t i = 0; i < answers.size(); ++i)
    statuses.push_back(probe_address({"127.0.0.1", ntohs(address.sin_port), probe}, SystemClock()).status);
  CHECK(statuses == std::vector<int>{200, 200, 503});
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
  server.join();
  ::close(listener);
}
