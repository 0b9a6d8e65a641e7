#include "scan/apart.h"

#include <poll.h>

#include <algorithm>

#include "scan/worker.h"

namespace sampan::scan {

namespace {

constexpr int kLook = 200;  // milliseconds between two looks at whether one hangs

}  // namespace

Apart::Apart(Scanner& scanner, std::string folder, const FolderOptions& options)
    : scanner_(scanner), folder_(std::move(folder)), options_(options) {}
Apart::~Apart() = default;

// nullptr: all are at work, or none can be started.
Worker* Apart::free_worker(std::size_t most) {
  for (const auto& worker : workers_) {
    if (!worker->is_busy()) return worker.get();
  }
  if (workers_.size() >= most) return nullptr;
  auto made = Worker::fork(scanner_, folder_);
  return made ? workers_.emplace_back(std::move(*made)).get() : nullptr;
}

void Apart::wait(const std::function<void(std::size_t, Scanned)>& done) {
  std::vector<pollfd> ends;
  for (const auto& worker : workers_) ends.push_back({worker->socket(), POLLIN, 0});
  ::poll(ends.data(), ends.size(), kLook);
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Worker& worker = *workers_[i];
    const bool readable = ends[i].revents != 0;
    if (!worker.is_busy()) {
      if (readable) worker.has_ended();
      continue;
    }
    const auto number = worker.task().number;
    if (auto scanned = worker.attend(readable, options_.patience)) done(number, std::move(*scanned));
  }
  std::erase_if(workers_, [](const auto& worker) { return worker->is_dead(); });
}

void Apart::all(std::span<const Found> files, const std::function<void(std::size_t, Scanned)>& done) {
  const auto most = static_cast<std::size_t>(std::max(options_.threads, 1));
  std::size_t next = 0, at_work = 0;
  const auto finished = [&](std::size_t number, Scanned scanned) {
    --at_work;
    done(number, std::move(scanned));
  };
  while (next < files.size() || at_work > 0) {
    while (next < files.size()) {
      Worker* worker = free_worker(most);
      if (!worker && at_work > 0) break;
      if (worker) {
        worker->give({next, files[next].path}, files[next].size, nullptr);
        ++at_work;
      } else {
        done(next,
             unchecked(files[next].path, "", {"没有检查：起不了进程", "not checked: no process could be started"}));
      }
      ++next;
    }
    if (at_work > 0) wait(finished);
  }
}

Scanned Apart::file(const std::string& path, const std::string& bytes) {
  std::optional<Scanned> result;
  Worker* worker = free_worker(1);
  if (!worker) return unchecked(path, "", {"没有检查：起不了进程", "not checked: no process could be started"});
  worker->give({0, path}, bytes.size(), &bytes);
  while (!result) wait([&](std::size_t, Scanned scanned) { result = std::move(scanned); });
  return std::move(*result);
}

}  // namespace sampan::scan
