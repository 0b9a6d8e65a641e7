// The bytes each kind of robot wants, and what its answer means.
// DingTalk custom robot (open.dingtalk.com, "custom robot access"): sign = urlencode(base64(HMAC-SHA256(secret,
// timestamp_ms "\n" secret))), appended to the URL; messages of type actionCard; HTTP 200 with errcode 0 means
// delivered.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/http_client.h"
#include "notify/message.h"

namespace sampan::notify {

enum class RobotKind { dingtalk, webhook };
std::string_view to_text(RobotKind kind);
std::optional<RobotKind> parse_robot_kind(std::string_view text);

std::string dingtalk_sign(std::string_view secret, std::int64_t timestamp_ms);  // not yet percent-encoded

// `link` of the message is already absolute.
OutboundRequest robot_request(RobotKind kind, std::string_view url, std::string_view secret, const Message& message,
                              Time now);
// Several messages as one, when many came at once: a title that counts them, their bodies in order.
Message merged(const std::vector<Message>& messages);

struct Delivery {
  bool delivered = false, retry = false;
  std::string answer;
};
Delivery delivery_of(RobotKind kind, const Result<OutboundResponse>& response);

}  // namespace sampan::notify
