#include "notify/notify.h"

#include "base/log.h"
#include "model/say.h"
#include "notify/state.h"

namespace sampan::notify {

namespace {

constexpr std::int64_t kMostMerged = 12;
constexpr std::int64_t kMostAttempts = 8;

bool wants(const store::Robot& robot, const Message& message) {
  const auto lists = [](const std::vector<std::string>& wanted, const std::string& value) {
    return wanted.empty() || value.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
  };
  return std::find(robot.events.begin(), robot.events.end(), message.event) != robot.events.end() &&
         lists(robot.repos, message.repo) && lists(robot.environments, message.environment);
}

Microseconds pause_after(std::int64_t attempts) {
  return std::chrono::seconds(std::min<std::int64_t>(5LL << attempts, 600));
}

}  // namespace

Notify::Notify(Db& db, Clock& clock, EventLog& events, people::People& people, SecretBox& secrets, HttpClient& http,
               Config config)
    : state_(std::make_unique<State>(db, clock, events, people, secrets, http, std::move(config))) {}
Notify::~Notify() { stop(); }

void Notify::connect() {
  auto& state = *state_;
  const auto hear = [&state](std::string kind, auto make) {
    state.events.listen("notify." + kind, {kind}, [&state, make](const Event& event) -> Result<void> {
      return state.tell(fmt::format("event {}", event.id), TRY(make(event.body)));
    });
  };
  const auto reader = []<class E>(std::type_identity<E>) {
    return
        [](const std::string& body) -> Result<std::optional<Message>> { return message_for(TRY(from_json<E>(body))); };
  };
  hear(std::string(events::RunChanged::kKind), reader(std::type_identity<events::RunChanged>()));
  hear(std::string(events::GateOpened::kKind), reader(std::type_identity<events::GateOpened>()));
  hear(std::string(events::DeploymentChanged::kKind), reader(std::type_identity<events::DeploymentChanged>()));
  hear(std::string(events::AppChanged::kKind), reader(std::type_identity<events::AppChanged>()));
}

void Notify::start() {
  state_->sender = std::jthread([this](std::stop_token stop) { state_->run(stop); });
}

void Notify::stop() {
  state_->sender.request_stop();
  state_->ring();
  if (state_->sender.joinable()) state_->sender.join();
}

std::vector<Route> Notify::routes() { return robot_routes(*state_); }

void Notify::State::ring() {
  {
    const std::lock_guard lock(mutex);
    rung = true;
  }
  bell.notify_all();
}

void Notify::State::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const auto next = deliver_due();
    if (!next.has_value()) log::warning("notify", "{}", next.error().message);
    const auto wait = next.has_value() ? std::clamp<Microseconds>(*next - clock.now(), std::chrono::milliseconds(20),
                                                                  std::chrono::seconds(30))
                                       : std::chrono::seconds(5);
    std::unique_lock lock(mutex);
    bell.wait_for(lock, stop, wait, [this] { return rung; });
    rung = false;
  }
}

Result<void> Notify::State::tell(std::string_view source, const std::optional<Message>& message) {
  if (!message) return {};
  TRY(db.write([&](Tx& tx) -> Result<void> {
    for (const auto& robot : TRY(store::list_robots(tx))) {
      if (wants(robot, *message)) TRY(store::queue_notice(tx, robot.id, source, *message, clock.now()));
    }
    return {};
  }));
  ring();
  return {};
}

Result<std::string> Notify::State::secret_of(const store::Robot& robot) const {
  if (robot.sealed_secret.empty()) return std::string();
  return secrets.unseal(robot.sealed_secret);
}

Result<std::string> Notify::State::send_now(const store::Robot& robot, const Message& message) {
  auto absolute = message;
  absolute.link = config.public_url + message.link;
  const auto delivery = delivery_of(
      robot.kind, http.send(robot_request(robot.kind, robot.url, TRY(secret_of(robot)), absolute, clock.now())));
  if (!delivery.delivered)
    return fail(Errc::unavailable, "the robot '{}' did not take the message: {}", robot.name, delivery.answer);
  return delivery.answer;
}

Result<Time> Notify::State::deliver_due() {
  if (const auto jump = jumps.look()) TRY(db.write([&](Tx& tx) { return store::move_queue(tx, *jump); }));
  const auto now = clock.now();
  auto next = now + std::chrono::seconds(30);
  for (const auto& robot : TRY(db.read([](Tx& tx) { return store::list_robots(tx); })))
    next = std::min(next, TRY(deliver_to(robot, now)));
  const auto due = TRY(db.read([&](Tx& tx) { return store::next_due(tx, now); }));
  return due ? std::min(next, *due) : next;
}

// One robot's turn: what has waited for the merge window goes out as one message, if the last minute's count allows one
// more.
Result<Time> Notify::State::deliver_to(const store::Robot& robot, Time now) {
  const auto later = now + std::chrono::seconds(30);
  const auto notices = TRY(db.read([&](Tx& tx) { return store::due_notices(tx, robot.id, now, kMostMerged); }));
  if (notices.empty()) return later;
  const auto ripe = notices.front().created_at + std::chrono::duration_cast<Microseconds>(config.merge_window);
  if (ripe > now) return ripe;
  const auto sent =
      TRY(db.read([&](Tx& tx) { return store::batches_between(tx, robot.id, now - std::chrono::minutes(1), now); }));
  if (sent >= config.per_minute) return now + std::chrono::seconds(1);

  std::vector<Message> messages;
  for (const auto& notice : notices) {
    messages.push_back(notice.message);
    messages.back().link = config.public_url + notice.message.link;
  }
  // A secret that cannot be read is this robot's trouble only: those behind it must still be told.
  const auto secret = secret_of(robot);
  const auto delivery =
      secret.has_value()
          ? delivery_of(robot.kind,
                        http.send(robot_request(robot.kind, robot.url, *secret, merged(messages), clock.now())))
          : Delivery{false, false, secret.error().message};
  TRY(db.write([&](Tx& tx) -> Result<void> {
    if (delivery.delivered) return store::mark_sent(tx, notices, delivery.answer, clock.now());
    if (!delivery.retry || notices.front().attempts + 1 >= kMostAttempts)
      return store::mark_failed(tx, notices, delivery.answer);
    return store::mark_retry(tx, notices, delivery.answer, clock.now() + pause_after(notices.front().attempts));
  }));
  if (!delivery.delivered) log::warning("notify", "robot {}: {}", robot.name, delivery.answer);
  return now;
}

}  // namespace sampan::notify
