#include "scan/crew.h"

#include <poll.h>

#include <atomic>

#include "scan/wire.h"
#include "scan/worker.h"

namespace sampan::scan {

namespace {

using Steady = std::chrono::steady_clock;

constexpr int kLook = 200;                    // milliseconds between two looks at whether one hangs
constexpr std::chrono::seconds kRounds{1};    // between two looks at whether an idle one has died
constexpr std::chrono::seconds kLastCall{2};  // what hurry() leaves
constexpr std::size_t kFewFiles = 4;          // of which nobody starts a thread
constexpr int kTries = 3;                     // a file that is there whenever a worker is killed is not scanned

// Looked at before anything else: engines are made at their first file.
constexpr std::string_view kFirstPath = "First.java", kFirstFile = "class First {\n}\n";

}  // namespace

Order::Order(const Settings& settings, Engines engines) : engines_(engines), packed_(scan::packed(settings, engines)) {}

Crew::Crew(Config config) : config_(std::move(config)), keeper_([this] { keep(); }) {}

Crew::~Crew() {
  now_.lock()->stopping = true;
  bell_.notify_one();
}

void Crew::start() {
  now_.lock()->wanted = true;
  bell_.notify_one();
}

void Crew::hurry() { now_.lock()->until = Steady::now() + kLastCall; }

bool Crew::Now::is_over() const { return stopping || (until && Steady::now() > *until); }

void Crew::Now::bury_dead() {
  const auto dead = std::erase_if(idle, [](const auto& worker) { return worker->has_ended(); });
  living -= dead;
  wanted = wanted || dead > 0;
}

Result<std::unique_ptr<Worker>> Crew::made() {
  static const Order first{Settings{}};
  const std::string bytes(kFirstFile);
  for (int tries = 1;; ++tries) {
    auto worker = TRY(Worker::spawn(config_.command));
    worker->give({0, std::string(kFirstPath)}, bytes.size(), &bytes, first.packed());
    if (!await(*worker)) return fail(Errc::unavailable, "the server is stopping");
    if (!worker->is_dead()) return worker;
    if (worker->was_killed() && tries < kTries) continue;
    return fail(Errc::unavailable, "'{}' ended at once: {}", config_.command.front(), worker->death());
  }
}

void Crew::keep() {
  auto now = now_.lock();
  while (!now->stopping) {
    now->bury_dead();
    if (!now->wanted || now->living >= config_.most) {
      now->wanted = false;
      bell_.wait_for(now.lock(), kRounds, [&] { return now->stopping || now->wanted; });
      continue;
    }
    ++now->living;
    now.lock().unlock();
    auto worker = made();
    now.lock().lock();
    if (worker) {
      now->idle.push_back(std::move(*worker));
    } else {
      --now->living;
      ++now->failures;
      now->failure = worker.error();
      now->wanted = false;  // until the next file
    }
    changed_.notify_all();
  }
}

Result<std::unique_ptr<Worker>> Crew::take() {
  auto now = now_.lock();
  const auto number = now->numbers++, failures = now->failures;
  const auto may_go = [&] {
    if (now->is_over()) return true;
    if (now->next != number) return false;
    now->bury_dead();
    return !now->idle.empty() || (now->living == 0 && now->failures != failures);
  };
  now->wanted = now->living < config_.most;
  while (!may_go()) {
    if (now->wanted) bell_.notify_one();  // also where all that were idle have died
    changed_.wait_for(now.lock(), std::chrono::milliseconds(kLook));
  }
  ++now->next;
  changed_.notify_all();
  if (now->is_over()) return fail(Errc::unavailable, "the server is stopping");
  if (now->idle.empty()) return fail(now->failure.code, "files cannot be scanned: {}", now->failure.message);
  auto worker = std::move(now->idle.back());
  now->idle.pop_back();
  return worker;
}

void Crew::give_back(std::unique_ptr<Worker> worker) {
  auto now = now_.lock();
  if (!worker->is_dead() && !worker->is_busy()) {
    now->idle.push_back(std::move(worker));
  } else {
    --now->living;
    now->wanted = true;
    bell_.notify_one();
  }
  changed_.notify_all();
}

std::optional<Scanned> Crew::await(Worker& worker) {
  for (;;) {
    pollfd end{worker.socket(), POLLIN, 0};
    ::poll(&end, 1, kLook);
    if (auto scanned = worker.attend(end.revents != 0, config_.patience)) return scanned;
    if (now_.lock()->is_over()) return std::nullopt;
  }
}

Result<Scanned> Crew::file(const Order& order, const std::string& path, const std::string& bytes) {
  for (int tries = 1;; ++tries) {
    auto worker = TRY(take());
    worker->give({0, path}, bytes.size(), &bytes, order.packed());
    auto scanned = await(*worker);
    const bool again = worker->was_killed() && tries < kTries;
    give_back(std::move(worker));
    if (!scanned) return fail(Errc::unavailable, "the server is stopping");
    if (!again) return std::move(*scanned);
  }
}

Result<std::vector<Scanned>> Crew::files(const Order& order, std::span<const File> files) {
  std::vector<Scanned> scanned(files.size());
  std::atomic<std::size_t> next = 0;
  Sync<Result<void>> done;
  const auto work = [&] {
    for (std::size_t i = next++; i < files.size(); i = next++) {
      auto one = file(order, files[i].path, files[i].bytes);
      if (!one) {
        next = files.size();
        *done.lock() = one.error();
        return;
      }
      scanned[i] = std::move(*one);
    }
  };
  {
    std::vector<std::jthread> others(files.size() > kFewFiles ? config_.most - 1 : 0);
    for (auto& other : others) other = std::jthread(work);
    work();
  }
  TRY(std::move(*done.lock()));
  return scanned;
}

}  // namespace sampan::scan
