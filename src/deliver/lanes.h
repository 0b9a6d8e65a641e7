// Work in lanes: what stands in one lane runs one after the other, lanes run beside each other on a few threads.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sampan::deliver {

class Lanes {
 public:
  explicit Lanes(int threads) : wanted_(threads) {}
  ~Lanes();      // stop()
  void begin();  // once; what was submitted before waited for it
  void submit(const std::string& lane, std::function<void()> work);
  bool idle(const std::string& lane);
  void stop();  // drops what waits, waits for what runs; idempotent

 private:
  void run();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::deque<std::function<void()>>> lanes_;  // a lane is there while it has work or runs
  std::deque<std::string> ready_;
  bool stopping_ = false;
  int wanted_;
  std::vector<std::thread> threads_;
};

}  // namespace sampan::deliver
