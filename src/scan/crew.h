// Scanning for a program of many threads, which must not fork: a few processes of a program of their own, to which any
// thread gives files. A file or a rule that crashes, takes too much memory or never ends costs one gap with its name,
// and neither the scan nor the server; a worker that died is replaced.
#pragma once

#include <condition_variable>
#include <thread>

#include "base/sync.h"
#include "scan/scan.h"

namespace sampan::scan {

class Worker;

// By which rules files are looked at, as workers are told.
class Order {
 public:
  explicit Order(const Settings& settings, Engines engines = {});
  const std::string& packed() const { return packed_; }
  Engines engines() const { return engines_; }

 private:
  Engines engines_;
  std::string packed_;
};

class Crew {
 public:
  struct Config {
    std::vector<std::string> command;            // a program that ends as work_for_crew() does
    std::size_t most = 2;                        // processes
    std::chrono::milliseconds patience{60'000};  // of processor time for one file, ten times that on the clock
  };
  explicit Crew(Config config);
  ~Crew();  // ends the processes; nobody may be waiting for them
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  void start();  // all of them, meanwhile; without it they are started when the first file comes

  // Scanner::file() by whichever worker is free; who waits longest is next. What goes wrong with the file is a gap of
  // it; of a worker that somebody else killed the file is given to another. unavailable: no worker can be started, or
  // hurry() was called.
  Result<Scanned> file(const Order& order, const std::string& path, const std::string& bytes);
  // The same of some, by all workers at once.
  struct File {
    std::string path, bytes;
  };
  Result<std::vector<Scanned>> files(const Order& order, std::span<const File> files);
  void hurry();  // what is not answered two seconds from now is given up

 private:
  struct Now {
    std::vector<std::unique_ptr<Worker>> idle;
    std::size_t living = 0;                 // idle, at work or being started
    bool wanted = false, stopping = false;  // wanted: more, up to Config::most
    std::uint64_t numbers = 0, next = 0;    // given to who waits, and whose turn it is
    std::uint64_t failures = 0;             // of starts
    Error failure{};                        // the last one
    std::optional<std::chrono::steady_clock::time_point> until{};
    bool is_over() const;
    void bury_dead();
  };
  void keep();
  Result<std::unique_ptr<Worker>> made();
  Result<std::unique_ptr<Worker>> take();
  void give_back(std::unique_ptr<Worker> worker);
  std::optional<Scanned> await(Worker& worker);

  const Config config_;
  Sync<Now> now_;
  std::condition_variable changed_, bell_;  // for who waits for a worker, and for the keeper
  std::jthread keeper_;                     // starts all workers: they end when the thread that started them does
};

// What the program of a crew's workers does. Returns its exit code, when the server has gone; 2: nobody but a person
// has started it.
int work_for_crew();
int work_for_crew(std::span<const p3c::Rule* const> rules);  // other ones of p3c

}  // namespace sampan::scan
