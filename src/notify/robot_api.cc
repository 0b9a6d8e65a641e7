#include "notify/robot_api.h"

#include <boost/json.hpp>

#include "base/crypto.h"
#include "base/json.h"

namespace sampan::notify {

namespace json = boost::json;

std::string_view to_text(RobotKind kind) {
  switch (kind) {
    case RobotKind::dingtalk: return "dingtalk";
    case RobotKind::webhook: return "webhook";
  }
  return "webhook";
}

std::optional<RobotKind> parse_robot_kind(std::string_view text) {
  if (text == "dingtalk") return RobotKind::dingtalk;
  if (text == "webhook") return RobotKind::webhook;
  return std::nullopt;
}

std::string dingtalk_sign(std::string_view secret, std::int64_t timestamp_ms) {
  return base64(hmac_sha256(secret, fmt::format("{}\n{}", timestamp_ms, secret)));
}

OutboundRequest robot_request(RobotKind kind, std::string_view url, std::string_view secret, const Message& message,
                              Time now) {
  OutboundRequest request;
  request.method = Method::post;
  request.url = url;
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  if (kind == RobotKind::dingtalk) {
    if (!secret.empty()) {
      const auto timestamp = to_micros(now) / 1000;
      request.url += fmt::format("{}timestamp={}&sign={}", request.url.find('?') == std::string::npos ? '?' : '&',
                                 timestamp, percent_encode(dingtalk_sign(secret, timestamp)));
    }
    request.body = format_json(json::object{
        {"msgtype", "actionCard"},
        {"actionCard",
         {{"title", message.title},
          {"text", fmt::format("#### {}\n\n{}", message.title, message.body)},
          {"btnOrientation", "0"},
          {"btns", json::array{json::object{{"title", message.link_title}, {"actionURL", message.link}}}}}}});
    return request;
  }
  request.body = format_json(json::object{{"event", message.event},
                                          {"title", message.title},
                                          {"text", message.body},
                                          {"url", message.link},
                                          {"repository", message.repo},
                                          {"environment", message.environment}});
  if (!secret.empty())
    request.headers.emplace_back("X-Sampan-Signature", "sha256=" + hex(hmac_sha256(secret, request.body)));
  return request;
}

Message merged(const std::vector<Message>& messages) {
  if (messages.size() == 1) return messages.front();
  Message whole = messages.back();
  whole.title = fmt::format("{} (and {} more)", messages.back().title, messages.size() - 1);
  whole.body.clear();
  for (const auto& message : messages)
    whole.body += fmt::format("**[{}]({})**\n\n{}\n\n", message.title, message.link, message.body);
  return whole;
}

Delivery delivery_of(RobotKind kind, const Result<OutboundResponse>& response) {
  if (!response.has_value()) return {false, true, response.error().message};
  const auto shown = fmt::format("{} {}", response->status, response->body.substr(0, 300));
  if (response->status >= 500 || response->status == 429) return {false, true, shown};
  if (response->status < 200 || response->status > 299) return {false, false, shown};
  if (kind == RobotKind::webhook) return {true, false, shown};
  const auto answer = parse_json(response->body);
  const auto* code = answer.has_value() && answer->is_object() ? answer->as_object().if_contains("errcode") : nullptr;
  if (!code || !code->is_int64()) return {false, false, "no errcode in the answer: " + shown};
  constexpr std::int64_t kTooFast = 130101, kBusy = -1;
  return {code->as_int64() == 0, code->as_int64() == kTooFast || code->as_int64() == kBusy, shown};
}

}  // namespace sampan::notify
