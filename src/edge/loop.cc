#include "edge/loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "base/log.h"

namespace sampan::edge {

namespace {

constexpr std::size_t kScratchBytes = 256 << 10;

}  // namespace

Loop::Loop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), scratch_(kScratchBytes) {
  now_ = std::chrono::steady_clock::now();
  next_tick_ = now_ + kTick;
  epoll_event event{};
  event.events = EPOLLIN;  // level-triggered: a ring is never lost
  event.data.fd = bell_.get();
  if (!epoll_ || !bell_ || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, bell_.get(), &event) != 0) {
    throw std::runtime_error("no descriptors left for an event loop");
  }
}

void Loop::run() {
  std::array<epoll_event, 256> events;
  for (;;) {
    run_posted();
    if (posted_.lock()->stopping) break;
    for (auto& handler : std::exchange(again_, {})) handler->on_ready(-1, 0);
    const auto wait =
        std::chrono::ceil<std::chrono::milliseconds>(next_tick_ - std::chrono::steady_clock::now()).count();
    const int limit = again_.empty() ? static_cast<int>(std::max<std::int64_t>(wait, 0)) : 0;
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), limit);
    now_ = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == bell_.get()) {
        std::uint64_t rings = 0;
        [[maybe_unused]] const auto got = ::read(fd, &rings, sizeof rings);
        continue;
      }
      const auto found = watched_.find(fd);
      if (found == watched_.end()) continue;
      const auto handler = found->second;  // may forget itself while it runs
      handler->on_ready(fd, events[i].events);
    }
    if (now_ >= next_tick_) tick();
  }
  run_posted();
}

void Loop::stop() {
  posted_.lock()->stopping = true;
  post([] {});
}

void Loop::post(std::function<void()> task) {
  bool first = false;
  {
    auto posted = posted_.lock();
    first = posted->tasks.empty();
    posted->tasks.push_back(std::move(task));
  }
  if (!first)
    return;  // whoever made the list non-empty rang; the list is emptied only after the ring was heard or before
             // waiting
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto sent = ::write(bell_.get(), &one, sizeof one);
}

void Loop::run_posted() {
  std::vector<std::function<void()>> tasks;
  tasks.swap(posted_.lock()->tasks);
  for (auto& task : tasks) {
    try {
      task();
    } catch (const std::exception& error) {
      log::error("edge", "an exception ended in the event loop: {}", error.what());
    }
    task = nullptr;  // what it holds goes before the next one runs
  }
}

void Loop::watch(int fd, std::shared_ptr<Handler> handler) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.fd = fd;
  watched_[fd] = std::move(handler);
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0 && errno != EPERM) {  // EPERM: a plain file
    log::error("edge", "descriptor {} cannot be watched: errno {}", fd, errno);
  }
}

void Loop::forget(int fd) {
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  watched_.erase(fd);
}

void Loop::again(std::shared_ptr<Handler> handler) { again_.push_back(std::move(handler)); }

std::vector<std::shared_ptr<Loop::Handler>> Loop::handlers() const {
  std::vector<std::shared_ptr<Handler>> all;
  all.reserve(watched_.size());
  for (const auto& [fd, handler] : watched_) all.push_back(handler);
  return all;
}

void Loop::stop_all(Handler::Stop how) {
  for (const auto& handler : handlers()) handler->on_stop(how);
}

void Loop::tick() {
  next_tick_ = now_ + kTick;
  for (const auto& handler : handlers()) handler->on_tick(now_);
}

}  // namespace sampan::edge
