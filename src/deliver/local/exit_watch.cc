#include "deliver/local/exit_watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vector>

namespace sampan::deliver {

ExitWatch::ExitWatch()
    : bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), thread_([this](std::stop_token stop) { run(stop); }) {}

ExitWatch::~ExitWatch() {
  thread_.request_stop();
  ring();
}

void ExitWatch::ring() {
  const std::uint64_t one = 1;
  if (::write(bell_.get(), &one, sizeof one) < 0) return;  // full: it rings already
}

void ExitWatch::on_exit(std::function<void(const std::string&)> callback) {
  *callback_.lock() = std::move(callback);
  ring();
}

void ExitWatch::add(const std::string& name, int pid) {
  Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  {
    auto watched = watched_.lock();
    if (fd) (*watched)[name] = Watched{std::move(fd)};
  }
  if (watched_.lock()->contains(name)) return ring();
  const auto callback = *callback_.lock();
  if (callback) callback(name);
}

void ExitWatch::remove(const std::string& name) {
  watched_.lock()->erase(name);
  ring();
}

void ExitWatch::run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    std::vector<std::string> names;
    std::vector<pollfd> polled{{bell_.get(), POLLIN, 0}};
    std::vector<Fd> copies;  // ours while we poll: remove() may close the original
    const auto callback = *callback_.lock();
    if (callback) {  // while nobody listens the ended ones stay, to be told to who comes
      auto watched = watched_.lock();
      for (const auto& [name, one] : *watched) {
        copies.emplace_back(::dup(one.fd.get()));
        names.push_back(name);
        polled.push_back({copies.back().get(), POLLIN, 0});
      }
    }
    ::poll(polled.data(), polled.size(), 5'000);
    std::uint64_t rings = 0;
    if (::read(bell_.get(), &rings, sizeof rings) < 0 && stop.stop_requested()) return;
    for (std::size_t i = 1; i < polled.size(); ++i) {
      if ((polled[i].revents & POLLIN) == 0 || watched_.lock()->erase(names[i - 1]) == 0) continue;
      callback(names[i - 1]);
    }
  }
}

}  // namespace sampan::deliver
