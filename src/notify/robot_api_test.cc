#include "notify/robot_api.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "base/crypto.h"
#include "base/json.h"

using namespace sampan;
using namespace sampan::notify;

namespace {

const Message kMessage{
    "run_failed", "shop failed", "a \"body\"", "http://sampan.test/runs/12", "See why", "company/shop", ""};
const Time kNow = from_micros(1'700'000'000'000'000);

std::string outcome(RobotKind kind, int status, std::string body) {
  const auto delivery = delivery_of(kind, OutboundResponse{status, {}, std::move(body)});
  return delivery.delivered ? "delivered" : delivery.retry ? "retry" : "failed";
}

}  // namespace

TEST_CASE("notify: DingTalk's signature is that of its documentation's recipe") {
  // base64(hmac.new(secret, f"{timestamp}\n{secret}", sha256)) by Python's hmac module.
  CHECK(dingtalk_sign("SEC0123456789abcdef", 1'700'000'000'000) == "TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk=");
  const auto request =
      robot_request(RobotKind::dingtalk, "https://robot.test/send?access_token=x", "SECtest1", kMessage, kNow);
  CHECK(request.url ==
        "https://robot.test/"
        "send?access_token=x&timestamp=1700000000000&sign=k%2BhlUJDe0NLnhx%2FP72ygXWD7U8Ait3TbR1i18gIg4Ww%3D");
  CHECK(robot_request(RobotKind::dingtalk, "https://robot.test/send", "", kMessage, kNow).url ==
        "https://robot.test/send");
}

TEST_CASE("notify: DingTalk gets an action card with one button to where the trouble is") {
  const auto request = robot_request(RobotKind::dingtalk, "https://robot.test/send", "", kMessage, kNow);
  CHECK(request.method == Method::post);
  const auto body = boost::json::parse(request.body);
  CHECK(body.at("msgtype") == "actionCard");
  const auto& card = body.at("actionCard");
  CHECK(card.at("title") == "shop failed");
  CHECK(card.at("text") == "#### shop failed\n\na \"body\"");
  REQUIRE(card.at("btns").is_array());
  REQUIRE(card.at("btns").as_array().size() == 1);
  CHECK(card.at("btns").at(0).at("title") == "See why");
  CHECK(card.at("btns").at(0).at("actionURL") == "http://sampan.test/runs/12");
}

TEST_CASE("notify: a web hook gets plain JSON, signed over its bytes when there is a secret") {
  const auto request = robot_request(RobotKind::webhook, "https://hook.test", "key", kMessage, kNow);
  const auto body = boost::json::parse(request.body);
  CHECK(body.at("event") == "run_failed");
  CHECK(body.at("url") == "http://sampan.test/runs/12");
  CHECK(body.at("repository") == "company/shop");
  CHECK(find_header(request.headers, "X-Sampan-Signature") == "sha256=" + hex(hmac_sha256("key", request.body)));
  CHECK(find_header(robot_request(RobotKind::webhook, "https://hook.test", "", kMessage, kNow).headers,
                    "X-Sampan-Signature")
            .empty());
}

TEST_CASE("notify: several messages become one that counts them and keeps their order and links") {
  auto second = kMessage;
  second.title = "web failed";
  second.link = "http://sampan.test/runs/13";
  CHECK(merged({kMessage}).title == "shop failed");
  const auto whole = merged({kMessage, second});
  CHECK(whole.title == "web failed (and 1 more)");
  CHECK(whole.body.find("**[shop failed](http://sampan.test/runs/12)**") <
        whole.body.find("**[web failed](http://sampan.test/runs/13)**"));
  CHECK(whole.link == "http://sampan.test/runs/13");
}

TEST_CASE("notify: an answer means delivered, try again, or give up") {
  CHECK(outcome(RobotKind::dingtalk, 200, R"({"errcode":0,"errmsg":"ok"})") == "delivered");
  CHECK(outcome(RobotKind::dingtalk, 200, R"({"errcode":130101,"errmsg":"send too fast"})") == "retry");
  CHECK(outcome(RobotKind::dingtalk, 200, R"({"errcode":310000,"errmsg":"sign not match"})") == "failed");
  CHECK(outcome(RobotKind::dingtalk, 200, "<html>a proxy's page</html>") == "failed");
  CHECK(outcome(RobotKind::webhook, 204, "") == "delivered");
  for (const auto kind : {RobotKind::dingtalk, RobotKind::webhook}) {
    CHECK(outcome(kind, 404, "") == "failed");
    CHECK(outcome(kind, 302, "") == "failed");
    CHECK(outcome(kind, 429, "") == "retry");
    CHECK(outcome(kind, 502, "") == "retry");
  }
  const auto unreachable = delivery_of(RobotKind::webhook, Error{Errc::unavailable, "connection refused"});
  CHECK(unreachable.retry);
  CHECK(unreachable.answer == "connection refused");
}
