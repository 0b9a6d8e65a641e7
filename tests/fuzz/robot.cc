// What a robot is sent about a stranger's branch, title and reason, and what its answer means.
#include "base/json.h"
#include "fuzz.h"
#include "notify/robot_api.h"

using namespace sampan;

FUZZ(input) {
  auto bytes = fuzz::provider(input);
  const auto status = bytes.ConsumeIntegralInRange<int>(100, 599);
  events::RunChanged run;
  run.number = bytes.ConsumeIntegral<std::int64_t>();
  run.ref = "refs/heads/" + bytes.ConsumeRandomLengthString();
  run.title = bytes.ConsumeRandomLengthString();
  run.reason = bytes.ConsumeRandomLengthString();
  run.state = "failed";
  const std::string body = bytes.ConsumeRemainingBytesAsString();
  for (const auto kind : {notify::RobotKind::dingtalk, notify::RobotKind::webhook}) {
    if (auto message = notify::message_for(run)) {
      PROMISE(message->title.find('\n') == std::string::npos);
      const auto request = notify::robot_request(kind, "https://robot.example/send?access_token=x", "y",
                                                 notify::merged({*message, *message}), Time());
      PROMISE(parse_json(request.body).has_value());
      PROMISE(request.url.find_first_of(" \r\n") == std::string::npos);
    }
    const auto delivery = notify::delivery_of(kind, OutboundResponse{.status = status, .headers = {}, .body = body});
    PROMISE(!delivery.delivered || !delivery.retry);
    PROMISE(!delivery.delivered || (status >= 200 && status < 300));
  }
}
