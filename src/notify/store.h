// All SQL of notify.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db.h"
#include "notify/message.h"
#include "notify/robot_api.h"

namespace sampan::notify::store {

struct Robot {
  std::int64_t id = 0;
  std::string name;
  RobotKind kind = RobotKind::webhook;
  std::string url, sealed_secret;                        // sealed with the SecretBox; empty: none
  std::vector<std::string> events, repos, environments;  // empty repos/environments: all
  Time created_at{};
};
struct Notice {
  std::int64_t id = 0, robot = 0;
  Message message;
  std::string state;  // queued, sent, failed
  std::int64_t attempts = 0;
  std::string answer;
  Time created_at{};
  std::optional<Time> sent_at;
};

Result<std::vector<Robot>> list_robots(Tx& tx);
Result<std::optional<Robot>> find_robot(Tx& tx, std::int64_t id);
Result<std::int64_t> insert_robot(Tx& tx, const Robot& robot);
Result<void> update_robot(Tx& tx, const Robot& robot);
Result<bool> delete_robot(Tx& tx, std::int64_t id);

// `source` names the event row and what it said ("event 12"): a repeated reaction adds nothing.
Result<void> queue_notice(Tx& tx, std::int64_t robot, std::string_view source, const Message& message, Time now);
Result<std::vector<Notice>> due_notices(Tx& tx, std::int64_t robot, Time now, std::int64_t most);
Result<std::vector<Notice>> list_notices(Tx& tx, std::int64_t robot, std::int64_t before, std::int64_t limit);
Result<std::int64_t> batches_between(Tx& tx, std::int64_t robot, Time since, Time now);
Result<void> move_queue(Tx& tx, const JumpWatch::Jump& jump);
Result<std::optional<Time>> next_due(Tx& tx, Time after);  // when the next notice that is not yet due becomes so
Result<void> mark_sent(Tx& tx, const std::vector<Notice>& notices, std::string_view answer, Time now);
Result<void> mark_retry(Tx& tx, const std::vector<Notice>& notices, std::string_view answer, Time next);
Result<void> mark_failed(Tx& tx, const std::vector<Notice>& notices, std::string_view answer);

}  // namespace sampan::notify::store
