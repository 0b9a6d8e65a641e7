#include <map>
#include <mutex>

#include "base/events.h"
#include "base/sync.h"

namespace sampan {

namespace {

struct Subscriber {
  std::vector<std::string> topics;
  std::function<void(const std::string&)> fn;
  std::recursive_mutex calling;  // held during a call; recursive: fn may drop its own subscription
  bool gone = false;             // guarded by calling
};

}  // namespace

struct Hub::State {
  Sync<std::multimap<std::string, std::shared_ptr<Subscriber>>> by_topic;
};

Hub::Hub() : state_(std::make_shared<State>()) {}
Hub::~Hub() = default;

Hub::Token Hub::subscribe(std::vector<std::string> topics, std::function<void(const std::string& topic)> fn) {
  auto subscriber = std::make_shared<Subscriber>();
  subscriber->topics = std::move(topics);
  subscriber->fn = std::move(fn);
  {
    auto by_topic = state_->by_topic.lock();
    for (const auto& topic : subscriber->topics) by_topic->emplace(topic, subscriber);
  }
  // The token's deleter owns the subscriber; its pointer only has to be something other than null.
  return Token(subscriber.get(), [state = state_, subscriber](void*) {
    {
      auto by_topic = state->by_topic.lock();
      for (const auto& topic : subscriber->topics) {
        const auto [first, last] = by_topic->equal_range(topic);
        for (auto it = first; it != last;) it = it->second == subscriber ? by_topic->erase(it) : std::next(it);
      }
    }
    std::lock_guard lock(subscriber->calling);
    subscriber->gone = true;
  });
}

void Hub::publish(const std::string& topic) {
  std::vector<std::shared_ptr<Subscriber>> subscribers;
  {
    auto by_topic = state_->by_topic.lock();
    const auto [first, last] = by_topic->equal_range(topic);
    for (auto it = first; it != last; ++it) subscribers.push_back(it->second);
  }
  for (const auto& subscriber : subscribers) {
    std::lock_guard lock(subscriber->calling);
    if (!subscriber->gone) subscriber->fn(topic);
  }
}

}  // namespace sampan
