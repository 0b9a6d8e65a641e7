#include "notify/store.h"

#include "base/text.h"

namespace sampan::notify::store {

namespace {

std::vector<std::string> list_of(const std::string& text) {
  return text.empty() ? std::vector<std::string>() : split(text, ',');
}

constexpr std::string_view kRobotColumns = "id, name, kind, url, secret, events, repos, environments, created_at";
Robot robot_of(const Row& row) {
  return {row.integer(0),
          row.text(1),
          parse_robot_kind(row.text(2)).value_or(RobotKind::webhook),
          row.text(3),
          row.is_null(4) ? "" : row.bytes(4),
          list_of(row.text(5)),
          list_of(row.text(6)),
          list_of(row.text(7)),
          row.time(8)};
}

constexpr std::string_view kNoticeColumns =
    "id, robot_id, event, title, body, link, link_title, state, attempts, answer, created_at, sent_at, repo, "
    "environment";
Notice notice_of(const Row& row) {
  Notice notice{row.integer(0), row.integer(1), {},           row.text(7),
                row.integer(8), row.text(9),    row.time(10), row.maybe_time(11)};
  notice.message = {row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(12), row.text(13)};
  return notice;
}

Param sealed(const std::string& secret) { return secret.empty() ? Param(nullptr) : Param(Blob{secret}); }

}  // namespace

Result<std::vector<Robot>> list_robots(Tx& tx) {
  std::vector<Robot> robots;
  for (const auto& row : TRY(tx.query(fmt::format("select {} from robot order by name", kRobotColumns))))
    robots.push_back(robot_of(row));
  return robots;
}

Result<std::optional<Robot>> find_robot(Tx& tx, std::int64_t id) {
  const auto row = TRY(tx.maybe(fmt::format("select {} from robot where id = $1", kRobotColumns), {id}));
  if (!row) return std::optional<Robot>();
  return std::optional<Robot>(robot_of(*row));
}

Result<std::int64_t> insert_robot(Tx& tx, const Robot& robot) {
  return tx.insert(
      "insert into robot(name, kind, url, secret, events, repos, environments, created_at) values ($1, $2, $3, $4, $5, "
      "$6, $7, $8) returning id",
      {robot.name, to_text(robot.kind), robot.url, sealed(robot.sealed_secret), join(robot.events, ","),
       join(robot.repos, ","), join(robot.environments, ","), robot.created_at});
}

Result<void> update_robot(Tx& tx, const Robot& robot) {
  TRY(tx.exec(
      "update robot set name = $2, url = $3, secret = $4, events = $5, repos = $6, environments = $7 where id = $1",
      {robot.id, robot.name, robot.url, sealed(robot.sealed_secret), join(robot.events, ","), join(robot.repos, ","),
       join(robot.environments, ",")}));
  return {};
}

Result<bool> delete_robot(Tx& tx, std::int64_t id) { return TRY(tx.exec("delete from robot where id = $1", {id})) > 0; }

Result<void> queue_notice(Tx& tx, std::int64_t robot, std::string_view source, const Message& message, Time now) {
  TRY(tx.exec(
      "insert into notice(robot_id, source, event, title, body, link, link_title, repo, environment, state, "
      "created_at, next_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10, $10) on conflict (robot_id, source) do nothing",
      {robot, source, message.event, message.title, message.body, message.link, message.link_title, message.repo,
       message.environment, now}));
  return {};
}

Result<std::vector<Notice>> due_notices(Tx& tx, std::int64_t robot, Time now, std::int64_t most) {
  std::vector<Notice> notices;
  for (const auto& row : TRY(tx.query(
           fmt::format(
               "select {} from notice where state = 'queued' and robot_id = $1 and next_at <= $2 order by id limit $3",
               kNoticeColumns),
           {robot, now, most}))) {
    notices.push_back(notice_of(row));
  }
  return notices;
}

Result<std::vector<Notice>> list_notices(Tx& tx, std::int64_t robot, std::int64_t before, std::int64_t limit) {
  std::vector<Notice> notices;
  for (const auto& row :
       TRY(tx.query(fmt::format("select {} from notice where robot_id = $1 and id < $2 order by id desc limit $3",
                                kNoticeColumns),
                    {robot, before, limit}))) {
    notices.push_back(notice_of(row));
  }
  return notices;
}

Result<std::int64_t> batches_between(Tx& tx, std::int64_t robot, Time since, Time now) {
  const auto row = TRY(
      tx.one("count", "select count(distinct batch) from notice where robot_id = $1 and sent_at > $2 and sent_at <= $3",
             {robot, since, now}));
  return row.integer(0);
}

Result<void> move_queue(Tx& tx, const JumpWatch::Jump& jump) {
  TRY(
      tx.exec("update notice set created_at = created_at + $1, next_at = next_at + $1 where state = 'queued' and "
              "(created_at < $2 or created_at > $3)",
              {jump.by.count(), jump.since, jump.now}));
  return {};
}

Result<std::optional<Time>> next_due(Tx& tx, Time after) {
  const auto row =
      TRY(tx.one("next", "select min(next_at) from notice where state = 'queued' and next_at > $1", {after}));
  return row.maybe_time(0);
}

Result<void> mark_sent(Tx& tx, const std::vector<Notice>& notices, std::string_view answer, Time now) {
  for (const auto& notice : notices) {
    TRY(
        tx.exec("update notice set state = 'sent', attempts = attempts + 1, answer = $2, sent_at = $3, batch = $4 "
                "where id = $1",
                {notice.id, answer, now, notices.front().id}));
  }
  return {};
}

Result<void> mark_retry(Tx& tx, const std::vector<Notice>& notices, std::string_view answer, Time next) {
  for (const auto& notice : notices) {
    TRY(tx.exec("update notice set attempts = attempts + 1, answer = $2, next_at = $3 where id = $1",
                {notice.id, answer, next}));
  }
  return {};
}

Result<void> mark_failed(Tx& tx, const std::vector<Notice>& notices, std::string_view answer) {
  for (const auto& notice : notices) {
    TRY(tx.exec("update notice set state = 'failed', attempts = attempts + 1, answer = $2 where id = $1",
                {notice.id, answer}));
  }
  return {};
}

}  // namespace sampan::notify::store
